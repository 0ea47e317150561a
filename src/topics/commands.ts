// What comes in at `pipeline/<pipeline>/set/<property>` and `request/<op>`: any bytes on any topic become a command, a trouble
// to answer with, or nothing to do with us. Never throws; carries out nothing.

import { fail, ok, type Result } from "../base/result.js";
import type { IncomingMessage } from "../contract/message.js";
import { SET_PROPERTIES, type SetProperty, type Topics } from "./address.js";
import { payloadText } from "./payload-text.js";
import { quoted, unknownName } from "./refusal.js";
import { parseRequest, type Request } from "./requests.js";

export type Command =
  /** null: auto. */
  | { readonly kind: "variant"; readonly pipeline: string; readonly variant: string | null }
  | { readonly kind: "enabled"; readonly pipeline: string; readonly enabled: boolean }
  /** null: back to the configuration's, else the package's. */
  | { readonly kind: "min-score"; readonly pipeline: string; readonly minScore: number | null }
  | Request;

/** Whom to answer, and how. */
export interface Addressed {
  /** `set-variant`, `set-enabled`, `set-min_score`, or the request's own. */
  readonly op: string;
  /** `id` of the request; known also where the rest of it is wrong. */
  readonly id: string | null;
  readonly responseTopic: string;
  readonly correlationData: Uint8Array | null;
}

/** What commands may name now. */
export interface Known {
  /** Variants by pipeline; empty while its package can't be read. */
  readonly pipelines: ReadonlyMap<string, readonly string[]>;
  readonly inputs: readonly string[];
}

export interface Received {
  readonly to: Addressed;
  readonly command: Result<Command>;
}

/** The longest sensible value is a variant's name of 64 letters; the rest is room for white space. */
const MAX_SET_BYTES = 256;

/** Null: not a command topic of this node. */
export function parseCommand(topics: Topics, message: IncomingMessage, known: Known): Received | null {
  if (!message.topic.startsWith(`${topics.base}/`)) return null;
  const levels = message.topic.slice(topics.base.length + 1).split("/");
  const [family, name, , property] = levels;
  if (
    family === "pipeline" &&
    levels.length === 4 &&
    levels[2] === "set" &&
    name !== undefined &&
    property !== undefined
  ) {
    const to = addressed(topics, message, `set-${property}`, null);
    return { to, command: readable(message) ?? parseSet(message, name, property, known) };
  }
  if (family === "request" && levels.length === 2 && name !== undefined) {
    const refused = readable(message);
    const { id, command } =
      refused === null ? parseRequest(message, name, known.inputs) : { id: null, command: refused };
    return { to: addressed(topics, message, name, id), command };
  }
  return null;
}

/** A retained command would be carried out again at every restart, long after anyone meant it. */
function readable(message: IncomingMessage): Result<never> | null {
  if (!message.retained) return null;
  return fail({
    code: "retained-command",
    where: message.topic,
    what: "the command was retained by the broker, so it may be old",
    remedy: `send it without the retain flag, and clear it: mosquitto_pub -r -n -t '${message.topic}'`,
  });
}

function parseSet(message: IncomingMessage, pipeline: string, property: string, known: Known): Result<Command> {
  const variants = known.pipelines.get(pipeline);
  if (variants === undefined) {
    return fail(unknownName("unknown-pipeline", message.topic, "pipeline", pipeline, [...known.pipelines.keys()]));
  }
  if (!isSetProperty(property)) {
    return fail(unknownName("unknown-property", message.topic, "property", property, SET_PROPERTIES));
  }
  const text = payloadText(message, MAX_SET_BYTES);
  if (!text.ok) return text;
  switch (property) {
    case "variant":
      return parseVariant(message.topic, pipeline, text.value, variants);
    case "enabled":
      return parseEnabled(message.topic, pipeline, text.value);
    case "min_score":
      return parseMinScore(message.topic, pipeline, text.value);
  }
}

function parseVariant(topic: string, pipeline: string, text: string, variants: readonly string[]): Result<Command> {
  if (text === "auto") return ok({ kind: "variant", pipeline, variant: null });
  if (variants.includes(text)) return ok({ kind: "variant", pipeline, variant: text });
  return fail(unknownName("unknown-variant", topic, "variant", text, [...variants, "auto"]));
}

function parseEnabled(topic: string, pipeline: string, text: string): Result<Command> {
  if (text === "ON" || text === "OFF") return ok({ kind: "enabled", pipeline, enabled: text === "ON" });
  return fail({
    code: "bad-payload",
    where: topic,
    what: `${quoted(text)} is neither ON nor OFF`,
    remedy: "send ON or OFF, in capitals",
  });
}

/** Decimal digits only: Number() would also take "", "0x1" and "Infinity". */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function parseMinScore(topic: string, pipeline: string, text: string): Result<Command> {
  if (text === "auto") return ok({ kind: "min-score", pipeline, minScore: null });
  const minScore = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (minScore >= 0 && minScore <= 1) return ok({ kind: "min-score", pipeline, minScore });
  return fail({
    code: "bad-payload",
    where: topic,
    what: `${quoted(text)} is not a score`,
    remedy: "send a number from 0 to 1, or auto for the configuration's own",
  });
}

function isSetProperty(text: string): text is SetProperty {
  return SET_PROPERTIES.some((property) => property === text);
}

/** An op comes from a topic that anyone may choose; one that we don't know still gets its answer, if it is short and plain. */
const PLAIN_OP = /^[a-z0-9][a-z0-9_-]{0,63}$/;

function addressed(topics: Topics, message: IncomingMessage, op: string, id: string | null): Addressed {
  const plainOp = PLAIN_OP.test(op) ? op : "unknown";
  const asked = message.responseTopic;
  const responseTopic = asked !== null && mayAnswerAt(topics, asked) ? asked : topics.response(plainOp);
  return { op: plainOp, id, responseTopic, correlationData: message.correlationData };
}

/** Whoever sends a command chooses where the answer goes; it must not become a command, or stand where our own documents do. */
function mayAnswerAt(topics: Topics, topic: string): boolean {
  if (topic === "" || topic.startsWith("$") || Buffer.byteLength(topic) > 65_535) return false;
  for (const letter of topic) if (letter === "+" || letter === "#" || letter === "\0") return false;
  return !topic.startsWith(`${topics.base}/`) || topic.startsWith(`${topics.base}/response/`);
}
