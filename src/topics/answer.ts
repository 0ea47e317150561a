// `result`, `state`, `event`, `image`, each `/<input>/<pipeline>`: what was seen.

import type { OutgoingMessage } from "../contract/message.js";
import type { ResultDocument } from "../contract/result.js";
import type { EventDocument, HubStateDocument } from "../contract/states.js";
import type { Topics } from "./address.js";
import { liveState } from "./form.js";

/** Live and many: never retained, and a lost one is replaced by the next. */
export function resultMessage(topics: Topics, document: ResultDocument): OutgoingMessage {
  const topic = topics.result(document.input, document.pipeline);
  return { topic, payload: JSON.stringify(document), qos: 0, retain: false };
}

export function hubStateMessage(
  topics: Topics,
  input: string,
  pipeline: string,
  document: HubStateDocument,
): OutgoingMessage {
  return liveState(topics.state(input, pipeline), document);
}

/** Never retained: a hub that starts would take an old event for a new one. */
export function eventMessage(topics: Topics, document: EventDocument): OutgoingMessage {
  const topic = topics.event(document.input, document.pipeline);
  return { topic, payload: JSON.stringify(document), qos: 1, retain: false };
}

/** Retained: the picture of the last event is worth seeing after a hub's restart. */
export function imageMessage(topics: Topics, input: string, pipeline: string, jpeg: Uint8Array): OutgoingMessage {
  return { topic: topics.image(input, pipeline), payload: jpeg, qos: 0, retain: true };
}
