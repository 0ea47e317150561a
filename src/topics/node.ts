// `status`, `info`, `telemetry`: what this node is and how it is.

import type { OutgoingMessage } from "../contract/message.js";
import type { InfoDocument, TelemetryDocument } from "../contract/states.js";
import type { Topics } from "./address.js";
import { lastingState, liveState } from "./form.js";

/** Plain text, since hubs compare it as it is; `offline` is the will too. */
export function statusMessage(topics: Topics, status: "online" | "offline"): OutgoingMessage {
  return { topic: topics.status, payload: status, qos: 1, retain: true };
}

export function infoMessage(topics: Topics, document: InfoDocument): OutgoingMessage {
  return lastingState(topics.info, document);
}

export function telemetryMessage(topics: Topics, document: TelemetryDocument): OutgoingMessage {
  return liveState(topics.telemetry, document);
}
