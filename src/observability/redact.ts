// Fields as they may be written: no secret, no payload, no end. Pure.

/** Stands where a secret was. Holds no letter, so that no password is a part of it. */
const HIDDEN = "***";
/** A log line is for a person: longer texts are cut, deeper or longer lists end with a mark. */
const MAX_TEXT = 2000;
const MAX_DEPTH = 5;
const MAX_ENTRIES = 50;
const CUT = "…";

/** Takes the secrets out of any text. */
export type Redact = (text: string) => string;

/** @param secrets values that must never be written; the empty one is none */
export function redactor(secrets: readonly string[]): Redact {
  // In a URL a password stands with its odd characters escaped, in JSON text with its quotes escaped.
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  // The longest first: a secret that begins like another must go as a whole.
  const known = [...new Set(forms)].filter((form) => form !== "").sort((a, b) => b.length - a.length);
  return (text) => known.reduce((left, form) => left.replaceAll(form, HIDDEN), text);
}

/** The value as plain JSON, whatever it was: redacted, bounded, without anything that a serialiser could trip over. */
export function plain(value: unknown, redact: Redact, depth = 0): unknown {
  switch (typeof value) {
    case "string":
      return cut(redact(value));
    case "number":
    case "bigint":
      return plainNumber(value, redact);
    case "boolean":
    case "undefined":
      return value;
    case "object":
      return value === null ? null : plainObject(value, redact, depth);
    default:
      return `(${typeof value})`;
  }
}

function plainNumber(value: number | bigint, redact: Redact): number | string {
  const text = String(value);
  // A PIN is a secret too, and YAML reads it as a number.
  if (redact(text) !== text) return redact(text);
  return typeof value === "number" && Number.isFinite(value) ? value : text;
}

function plainObject(value: object, redact: Redact, depth: number): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `(${value.byteLength} bytes)`;
  if (value instanceof Error) return cut(redact(value.message));
  // Also the end of every circle.
  if (depth >= MAX_DEPTH) return CUT;
  if (Array.isArray(value)) {
    const entries = value.slice(0, MAX_ENTRIES).map((entry) => plain(entry, redact, depth + 1));
    return value.length > MAX_ENTRIES ? [...entries, CUT] : entries;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, MAX_ENTRIES).map(([key, entry]) => [redact(key), plain(entry, redact, depth + 1)]);
  return Object.fromEntries(entries.length > MAX_ENTRIES ? [...kept, [CUT, entries.length - MAX_ENTRIES]] : kept);
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}${CUT}` : text;
}
