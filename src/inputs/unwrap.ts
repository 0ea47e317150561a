// From the bytes of a message to a frame's content: envelopes (base64, JSON, data: URL) come off, the form is told by the first bytes,
// and what can be seen without decoding is checked. Any bytes in; a content or a trouble out. Pure.

import { z } from "zod";
import { fail, ok, type Result } from "../base/result.js";
import { describeContent, sniffEncoding } from "../base/sniff.js";
import type { FrameEncoding, RawFormat } from "../contract/frame.js";
import { decodeBase64 } from "./base64.js";
import { declaredRaw, rawBytes } from "./raw-format.js";

export type InputEncoding = "auto" | FrameEncoding | "json" | "base64";

/** How an input's payloads are read. */
export interface UnwrapSettings {
  readonly encoding: InputEncoding;
  /** Of raw pixels, where the configuration says it. */
  readonly raw: RawFormat | null;
  readonly maxBytes: number;
}

export interface Content {
  readonly encoding: FrameEncoding;
  readonly raw: RawFormat | null;
  readonly capturedAt: string | null;
  /** A view of the message where nothing had to come off. */
  readonly payload: Uint8Array;
}

/** Names and values that describe raw pixels: MQTT 5 user properties, or keys of the JSON envelope. */
type Said = Readonly<Record<string, unknown>>;

/** The envelope of tools that can only send text. Other keys are theirs. */
const Envelope = z.looseObject({ image: z.string() });

/** So many bytes tell base64 and `data:` URLs from binary. */
const LOOK_BYTES = 256;

/** @param where names the input, for the trouble */
export function unwrap(
  payload: Uint8Array,
  userProperties: Readonly<Record<string, string>>,
  settings: UnwrapSettings,
  where: string,
): Result<Content> {
  if (payload.length > settings.maxBytes) {
    return bad(where, "frame-too-large", `a frame of ${payload.length} bytes; the limit is ${settings.maxBytes}`, {
      remedy: "send smaller pictures, or raise max_bytes of the input",
    });
  }
  const said: Said = { ...userProperties, captured_at: userProperties["captured-at"] };
  switch (settings.encoding) {
    case "json":
      return fromJson(payload, said, settings, where);
    case "base64":
      return fromBase64(asText(payload), said, settings, where);
    case "auto":
      return fromAny(payload, said, settings, where);
    default:
      return bare(payload, said, settings, where);
  }
}

function fromAny(payload: Uint8Array, said: Said, settings: UnwrapSettings, where: string): Result<Content> {
  const direct = bare(payload, said, settings, where);
  if (direct.ok || payload.length === 0) return direct;
  const head = Buffer.from(payload.subarray(0, LOOK_BYTES)).toString("latin1");
  if (head.trimStart().startsWith("{")) return fromJson(payload, said, settings, where);
  // What is no base64, or holds no picture, is described as it came. Megabytes of anything else are not made into text first.
  if (!/^[\sA-Za-z0-9+/_=:;,.-]*$/.test(head)) return direct;
  const decoded = fromBase64(asText(payload), said, settings, where);
  return decoded.ok || decoded.trouble.code === "frame-raw-size" ? decoded : direct;
}

function fromJson(payload: Uint8Array, said: Said, settings: UnwrapSettings, where: string): Result<Content> {
  const envelope = Envelope.safeParse(parsedJson(asText(payload)));
  if (!envelope.success) {
    const found = payload.length === 0 ? "an empty payload" : describeContent(payload);
    return bad(where, "frame-bad-json", `expected JSON with the picture in base64 at "image"; got ${found}`, {
      remedy: 'publish {"image": "<base64>"}, or mend the encoding of the input',
    });
  }
  const { image, ...keys } = envelope.data;
  return fromBase64(image, { ...said, ...keys }, settings, where);
}

function fromBase64(text: string, said: Said, settings: UnwrapSettings, where: string): Result<Content> {
  const bytes = decodeBase64(text);
  if (bytes === null) {
    return bad(where, "frame-bad-base64", `the text of ${text.length} characters is not base64`, {
      remedy: "send the picture's bytes in base64, or set the encoding of the input to what is sent",
    });
  }
  // Whatever the envelope, its content is a picture or raw pixels.
  return bare(bytes, said, { ...settings, encoding: "auto" }, where);
}

/** Content without an envelope. */
function bare(payload: Uint8Array, said: Said, settings: UnwrapSettings, where: string): Result<Content> {
  const { encoding } = settings;
  const capturedAt = isoTextOrNull(said.captured_at);
  if (payload.length === 0) {
    return bad(where, "frame-empty", "an empty payload", { remedy: "see what the sender does when it has no picture" });
  }
  const raw = encoding === "raw" || encoding === "auto" ? declaredRaw(said, settings.raw) : null;
  // Pixels of just the size that was said are pixels, even if the first ones look like the head of a picture.
  if (raw !== null && payload.length === rawBytes(raw)) return ok({ encoding: "raw", raw, capturedAt, payload });
  const found = sniffEncoding(payload);
  if (encoding !== "raw" && found !== null && (encoding === "auto" || encoding === found)) {
    return ok({ encoding: found, raw: null, capturedAt, payload });
  }
  if (raw !== null) {
    const { format, width, height } = raw;
    const expected = `${width} x ${height} ${format} is ${rawBytes(raw)} bytes`;
    return bad(where, "frame-raw-size", `${payload.length} bytes of raw pixels came; ${expected}`, {
      remedy: "mend format, width and height, and send rows without padding",
    });
  }
  if (encoding === "raw") {
    return bad(where, "frame-raw-unknown", "raw pixels came without format, width and height", {
      remedy: "set raw: { format, width, height } of the input, or send them as MQTT 5 user properties",
    });
  }
  const expected = encoding === "auto" ? "a JPEG, PNG or WebP" : encoding;
  return bad(
    where,
    "frame-not-a-picture",
    `expected ${expected}; got ${describeContent(payload)} (${payload.length} bytes)`,
    {
      remedy: found === null ? "see what the sender sends" : "set the encoding of the input to auto",
    },
  );
}

function bad(where: string, code: string, what: string, { remedy }: { remedy: string }): Result<never> {
  return fail({ code, where, what, remedy });
}

function asText(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Only what is a date and says so in the way of ISO 8601: it is passed on as it came. */
function isoTextOrNull(value: unknown): string | null {
  if (typeof value !== "string" || value.length > 40) return null;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && Number.isFinite(Date.parse(value)) ? value : null;
}
