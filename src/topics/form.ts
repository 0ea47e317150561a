// The few forms that documents are published in (DESIGN §5). QoS 1 where a lost message would stay lost; QoS 0 where the next one
// follows within seconds, and after a lost connection all retained ones are sent again anyway.

import type { OutgoingMessage } from "../contract/message.js";

/** Retained and seldom: nobody repeats it. */
export function lastingState(topic: string, document: object): OutgoingMessage {
  return { topic, payload: JSON.stringify(document), qos: 1, retain: true };
}

/** Retained and often: the next one mends a loss. */
export function liveState(topic: string, document: object): OutgoingMessage {
  return { topic, payload: JSON.stringify(document), qos: 0, retain: true };
}

/** An empty retained payload takes a document away from the broker (MQTT 5, 3.3.1.3). */
export function withdrawn(topic: string): OutgoingMessage {
  return { topic, payload: "", qos: 1, retain: true };
}
