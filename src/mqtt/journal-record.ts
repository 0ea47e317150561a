// The lines of the outbox's journal: one record each, with a digest in front, so that a line that was torn by a power cut or bitten by
// the disk is told from a whole one. Pure.
//
//   <8 hex digits of sha256> {"add":17,"topic":…,"payload":…,…}     an event that waits
//   <8 hex digits of sha256> {"done":17}                            it was delivered, or dropped

import { createHash } from "node:crypto";
import { z } from "zod";
import type { OutgoingMessage } from "../contract/message.js";

const Added = z.object({
  /** Number of the event, growing over the life of the journal. */
  add: z.int().nonnegative(),
  topic: z.string(),
  /** Text as it is, bytes as base64. */
  payload: z.string(),
  binary: z.boolean().optional(),
  qos: z.union([z.literal(0), z.literal(1)]),
  retain: z.boolean(),
  expiry_s: z.number().optional(),
});
const Done = z.object({ done: z.int().nonnegative() });

export type JournalRecord =
  | { readonly type: "add"; readonly seq: number; readonly message: OutgoingMessage }
  | { readonly type: "done"; readonly seq: number };

/** Eight digits: a torn line passes by chance once in four thousand million. */
const DIGEST_LENGTH = 8;

export function addLine(seq: number, message: OutgoingMessage): string {
  const { topic, payload, qos, retain, expiryS } = message;
  const isText = typeof payload === "string";
  const text = isText
    ? payload
    : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("base64");
  return signed({
    add: seq,
    topic,
    payload: text,
    ...(isText ? {} : { binary: true }),
    qos,
    retain,
    ...(expiryS === undefined ? {} : { expiry_s: expiryS }),
  });
}

export function doneLine(seq: number): string {
  return signed({ done: seq });
}

/** The record of a line without its end, or null where it is not whole. */
export function readLine(line: string): JournalRecord | null {
  const body = line.slice(DIGEST_LENGTH + 1);
  if (line[DIGEST_LENGTH] !== " " || line.slice(0, DIGEST_LENGTH) !== digest(body)) return null;
  const document = parsed(body);
  const done = Done.safeParse(document);
  if (done.success) return { type: "done", seq: done.data.done };
  const added = Added.safeParse(document);
  if (!added.success) return null;
  const { add, topic, payload, binary, qos, retain, expiry_s } = added.data;
  const message: OutgoingMessage = {
    topic,
    payload: binary === true ? Buffer.from(payload, "base64") : payload,
    qos,
    retain,
    ...(expiry_s === undefined ? {} : { expiryS: expiry_s }),
  };
  return { type: "add", seq: add, message };
}

function signed(document: object): string {
  const body = JSON.stringify(document);
  return `${digest(body)} ${body}\n`;
}

function digest(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, DIGEST_LENGTH);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
