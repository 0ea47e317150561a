// What bytes are, by how they begin: never by a file name, a topic or a content type, which all lie.

/** The picture formats that frames may have. SVG is none: it can refer to files. */
export type PictureEncoding = "jpeg" | "png" | "webp";

/** A format that is recognised by fixed bytes at a fixed offset; `also` is a second mark behind the first. */
interface Signature {
  /** With its article, to stand in a sentence: "the payload is a GIF". */
  readonly name: string;
  readonly offset: number;
  readonly bytes: readonly number[];
  readonly also?: { readonly offset: number; readonly bytes: readonly number[] };
}

/** FF D8 is the start of image, the next FF begins the first marker (ITU-T T.81, B.1.1). */
const JPEG: Signature = { name: "a JPEG", offset: 0, bytes: [0xff, 0xd8, 0xff] };
/** PNG specification, 5.2: chosen so that a text-mode transfer breaks it. */
const PNG: Signature = { name: "a PNG", offset: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] };
/** RFC 9649, 2.4: RIFF, four bytes of size, WEBP. */
const WEBP: Signature = {
  name: "a WebP",
  offset: 0,
  bytes: ascii("RIFF"),
  also: { offset: 8, bytes: ascii("WEBP") },
};

/** What people send by mistake, for the message; the first that fits wins, so the longer marks stand first. */
const KNOWN: readonly Signature[] = [
  JPEG,
  PNG,
  WEBP,
  { name: "a GIF", offset: 0, bytes: ascii("GIF8") },
  { name: "a WAV sound", offset: 0, bytes: ascii("RIFF"), also: { offset: 8, bytes: ascii("WAVE") } },
  { name: "an AVI video", offset: 0, bytes: ascii("RIFF"), also: { offset: 8, bytes: ascii("AVI ") } },
  { name: "an AVIF picture", offset: 4, bytes: ascii("ftypavif") },
  { name: "a HEIC picture", offset: 4, bytes: ascii("ftyphei") },
  { name: "an MP4 video", offset: 4, bytes: ascii("ftyp") },
  { name: "an H.264 video stream", offset: 0, bytes: [0, 0, 0, 1] },
  { name: "a TIFF", offset: 0, bytes: [0x49, 0x49, 0x2a, 0x00] },
  { name: "a TIFF", offset: 0, bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  { name: "a JPEG XL picture", offset: 0, bytes: [0, 0, 0, 0x0c, ...ascii("JXL ")] },
  { name: "a ZIP archive", offset: 0, bytes: [...ascii("PK"), 3, 4] },
  { name: "a ZIP archive", offset: 0, bytes: [...ascii("PK"), 5, 6] },
  { name: "a gzip archive", offset: 0, bytes: [0x1f, 0x8b] },
  { name: "a PDF", offset: 0, bytes: ascii("%PDF-") },
  // Last: two letters are a weak mark, so the four reserved bytes of the file header must be zero as well.
  { name: "a BMP", offset: 0, bytes: ascii("BM"), also: { offset: 6, bytes: [0, 0, 0, 0] } },
];

/** So many bytes tell text from binary, and find the root element behind an XML prologue. */
const LOOK_BYTES = 1024;

/** The picture format that the bytes begin as, or null. Says nothing about whether the rest is whole. */
export function sniffEncoding(bytes: Uint8Array): PictureEncoding | null {
  if (matches(bytes, JPEG)) return "jpeg";
  if (matches(bytes, PNG)) return "png";
  if (matches(bytes, WEBP)) return "webp";
  return null;
}

/** What the bytes look like, as it stands in a sentence: "a GIF", "an HTML page", "text", "empty", "unknown bytes". */
export function describeContent(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  for (const signature of KNOWN) if (matches(bytes, signature)) return signature.name;
  const text = textHead(bytes);
  return text === null ? "unknown bytes" : describeText(text);
}

function describeText(head: string): string {
  const text = head.trimStart().toLowerCase();
  // The root element may stand behind a declaration, a doctype and comments.
  if (text.startsWith("<") && /<svg[\s>]/.test(text)) return "an SVG";
  if (/^<(!doctype html|html|head|body)\b/.test(text)) return "an HTML page";
  if (text.startsWith("<?xml")) return "XML";
  if (text.startsWith("data:")) return "a data: URL";
  if (text.startsWith("{") || text.startsWith("[")) return "JSON";
  return "text";
}

/** The first bytes as text, or null where they are not UTF-8 text: broken sequences, or control characters beside white space. */
function textHead(bytes: Uint8Array): string | null {
  const head = bytes.subarray(0, LOOK_BYTES);
  try {
    // `stream`: a character cut in two by the end of the look is no fault of the text.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return hasControlCharacter(text) ? null : text;
  } catch {
    return null;
  }
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Tab, line feed, form feed and carriage return belong to text.
    if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0c && code !== 0x0d) return true;
  }
  return false;
}

function matches(bytes: Uint8Array, signature: Signature): boolean {
  return (
    beginsAt(bytes, signature.offset, signature.bytes) &&
    (signature.also === undefined || beginsAt(bytes, signature.also.offset, signature.also.bytes))
  );
}

function beginsAt(bytes: Uint8Array, offset: number, mark: readonly number[]): boolean {
  return mark.every((byte, i) => bytes[offset + i] === byte);
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
