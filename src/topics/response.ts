// `response/<op>`, or the response topic of MQTT 5: how a command went.

import type { Result } from "../base/result.js";
import type { OutgoingMessage } from "../contract/message.js";
import type { ResponseDocument } from "../contract/states.js";
import type { Addressed } from "./commands.js";

/** An answer is of use to who waits for it now; a broker need not keep it longer for a client that was away. */
const RESPONSE_EXPIRY_S = 300;

/** @param outcome the value becomes `result` of the document; null leaves it out */
export function responseMessage(to: Addressed, outcome: Result<unknown>): OutgoingMessage {
  return {
    topic: to.responseTopic,
    payload: JSON.stringify(responseDocument(to, outcome)),
    qos: 1,
    retain: false,
    expiryS: RESPONSE_EXPIRY_S,
    ...(to.correlationData === null ? {} : { correlationData: to.correlationData }),
  };
}

function responseDocument(to: Addressed, outcome: Result<unknown>): ResponseDocument {
  const head = { schema: "isotherm.response/1", op: to.op, id: to.id } as const;
  if (!outcome.ok) return { ...head, ok: false, error: { ...outcome.trouble } };
  if (outcome.value === null || outcome.value === undefined) return { ...head, ok: true, error: null };
  return { ...head, ok: true, error: null, result: outcome.value };
}
