// Base64 as people and tools send it: with or without padding, broken into lines, in the URL alphabet, as a data: URL. Pure.

const ALPHABET = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** RFC 2397; the head is short, whatever the rest is. */
const DATA_URL = /^\s*data:[^,]{0,200};base64,/i;

/** The bytes, or null where the text is not base64. Node's own decoder skips what it does not know, so a broken picture would pass. */
export function decodeBase64(text: string): Buffer | null {
  const head = DATA_URL.exec(text)?.[0];
  const body = head === undefined ? text : text.slice(head.length);
  // Most senders write one line: it is looked at once and never copied.
  const digits = ALPHABET.test(body) ? body : body.replace(/\s+/g, "");
  if (!ALPHABET.test(digits)) return null;
  const length = digits.length - (digits.endsWith("==") ? 2 : digits.endsWith("=") ? 1 : 0);
  // One digit alone is six bits: no byte.
  return length % 4 === 1 ? null : Buffer.from(digits, "base64");
}
