// `request/<op>`: a JSON object with the request's parameters and, if the sender likes, an `id` that comes back in the answer.

import { z } from "zod";
import { nearestName } from "../base/nearest.js";
import { fail, ok, type Result } from "../base/result.js";
import { thrownText } from "../base/trouble.js";
import type { IncomingMessage } from "../contract/message.js";
import { payloadText } from "./payload-text.js";
import { quoted, unknownName } from "./refusal.js";

export type Request =
  | { readonly kind: "reload"; readonly id: string | null }
  | { readonly kind: "snapshot"; readonly id: string | null; readonly input: string };

const id = z.string().max(128).optional().describe("comes back in the answer");

export const ReloadRequest = z
  .strictObject({ id })
  .describe("reads the configuration again; an empty payload does too");
export const SnapshotRequest = z
  .strictObject({
    id,
    input: z.string("`input` names whose newest frame is asked for").max(128).describe("whose newest frame"),
  })
  .describe("the newest frame of an input, upright, as a base64 JPEG in the answer");

/** By op, as it stands in the topic. */
export const REQUESTS = { reload: ReloadRequest, snapshot: SnapshotRequest } as const;
type Op = keyof typeof REQUESTS;

/** Requests name things; none needs more than a few hundred bytes. */
const MAX_REQUEST_BYTES = 4096;

/** `id` is known as soon as the payload is an object that has one, so that refusals too find who asked. */
export interface ParsedRequest {
  readonly id: string | null;
  readonly command: Result<Request>;
}

export function parseRequest(message: IncomingMessage, op: string, inputs: readonly string[]): ParsedRequest {
  const text = payloadText(message, MAX_REQUEST_BYTES);
  const given = text.ok ? parseObject(message.topic, text.value) : text;
  if (!given.ok) return { id: null, command: given };
  const id = requestId(given.value);
  if (!isOp(op))
    return { id, command: fail(unknownName("unknown-request", message.topic, "request", op, Object.keys(REQUESTS))) };
  return {
    id,
    command: op === "reload" ? reload(message.topic, given.value) : snapshot(message.topic, given.value, inputs),
  };
}

function reload(topic: string, given: object): Result<Request> {
  const read = readAs(topic, ReloadRequest, given);
  return read.ok ? ok({ kind: "reload", id: read.value.id ?? null }) : read;
}

function snapshot(topic: string, given: object, inputs: readonly string[]): Result<Request> {
  const read = readAs(topic, SnapshotRequest, given);
  if (!read.ok) return read;
  const { input } = read.value;
  if (!inputs.includes(input)) return fail(unknownName("unknown-input", topic, "input", input, inputs));
  return ok({ kind: "snapshot", id: read.value.id ?? null, input });
}

/** An empty payload is an object without keys: `mosquitto_pub -n` is the shortest way to ask. */
function parseObject(topic: string, text: string): Result<object> {
  if (text === "") return ok({});
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given === "object" && given !== null && !Array.isArray(given)) return ok(given);
    return fail({
      code: "bad-payload",
      where: topic,
      what: `${quoted(text)} is not a JSON object`,
      remedy: 'send an object such as {"id": "1"}',
    });
  } catch (thrown) {
    return fail({
      code: "bad-payload",
      where: topic,
      what: `the payload is not JSON: ${thrownText(thrown)}`,
      remedy: 'send an object such as {"id": "1"}',
    });
  }
}

function requestId(given: object): string | null {
  const read = z.looseObject({ id }).safeParse(given);
  return read.success ? (read.data.id ?? null) : null;
}

function readAs<S extends z.ZodObject>(topic: string, schema: S, given: object): Result<z.infer<S>> {
  const read = schema.safeParse(given);
  if (read.success) return ok(read.data);
  const issue = read.error.issues[0];
  const keys = Object.keys(schema.shape);
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const near = key.length <= 64 ? nearestName(key, keys) : null;
    return fail({
      code: "bad-payload",
      where: topic,
      what: `there is no key ${quoted(key)} in this request`,
      remedy: near === null ? `it may have ${keys.join(", ")}` : `did you mean "${near}"?`,
    });
  }
  return fail({
    code: "bad-payload",
    where: topic,
    what: `the request is not complete: ${issue?.message ?? "something in it is wrong"}`,
    remedy: `it may have ${keys.join(", ")}`,
  });
}

function isOp(op: string): op is Op {
  return Object.hasOwn(REQUESTS, op);
}
