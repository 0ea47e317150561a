// A command's payload as text, or why it is none.

import { fail, ok, type Result } from "../base/result.js";
import type { IncomingMessage } from "../contract/message.js";

/** White space around it is nobody's mistake: `echo ON | mosquitto_pub -s` sends a line feed. */
export function payloadText(message: IncomingMessage, maxBytes: number): Result<string> {
  const { payload, topic } = message;
  if (payload.byteLength > maxBytes) {
    return fail({
      code: "payload-too-long",
      where: topic,
      what: `the payload has ${payload.byteLength} bytes`,
      remedy: `send at most ${maxBytes} bytes`,
    });
  }
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(payload).trim());
  } catch {
    return fail({
      code: "bad-payload",
      where: topic,
      what: "the payload is not UTF-8 text",
      remedy: "send text",
    });
  }
}
