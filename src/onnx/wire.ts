// The protobuf wire format (protobuf.dev/programming-guides/encoding), as far as ONNX files need it: walks over the fields of a
// message in place. Knows no ONNX. Bytes that are no message end the walk with false; nothing is thrown, whatever comes.

/** Wire types that proto3 writes; groups (3, 4) are long gone and count as damage. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A part of the bytes: `from` inclusive, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Called for each field. `from` and `to` bound the value alone (for `bytes`, behind its length), `at` is where its tag begins.
 * False ends the walk.
 */
export type FieldVisitor = (field: number, wire: number, from: number, to: number, at: number) => boolean | undefined;

/** A varint's low 32 bits as a signed number, and where the next thing begins; -1 where it is cut short or too long. */
interface Varint {
  low: number;
  next: number;
  /** Whether bits above the low 32 are set. */
  isWide: boolean;
}

/** 64 bits need ten groups of seven (the last one holds a single bit). */
const MAX_VARINT_BYTES = 10;

/**
 * Walks over one message.
 * @returns false where the bytes are not a well-formed message. A visitor that ends the walk leaves the rest unchecked.
 */
export function walk(bytes: Uint8Array, span: Span, visit: FieldVisitor): boolean {
  const varint: Varint = { low: 0, next: 0, isWide: false };
  let at = span.from;
  while (at < span.to) {
    readVarint(bytes, at, span.to, varint);
    const field = varint.low >>> 3;
    if (varint.next < 0 || varint.isWide || field === 0) return false;
    const wire = varint.low & 7;
    let from = varint.next;
    let to: number;
    if (wire === WIRE.varint) {
      readVarint(bytes, from, span.to, varint);
      to = varint.next;
    } else if (wire === WIRE.bytes) {
      readVarint(bytes, from, span.to, varint);
      if (varint.next < 0 || varint.isWide || varint.low < 0) return false;
      from = varint.next;
      to = from + varint.low;
    } else if (wire === WIRE.fixed32) to = from + 4;
    else if (wire === WIRE.fixed64) to = from + 8;
    else return false;
    if (to < 0 || to > span.to) return false;
    if (visit(field, wire, from, to, at) === false) return true;
    at = to;
  }
  return true;
}

/** The signed 32-bit value of a varint that `walk` showed; negative numbers are sign-extended to 64 bits on the wire. */
export function varintAt(bytes: Uint8Array, from: number): number {
  const varint: Varint = { low: 0, next: 0, isWide: false };
  readVarint(bytes, from, bytes.length, varint);
  return varint.low;
}

/** The bytes of a length as a varint. @param value 0 to 2^31 - 1 */
export function encodeVarint(value: number): Uint8Array {
  const groups: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    groups.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  groups.push(rest);
  return Uint8Array.from(groups);
}

function readVarint(bytes: Uint8Array, from: number, end: number, into: Varint): void {
  let low = 0;
  into.isWide = false;
  for (let i = 0; i < MAX_VARINT_BYTES && from + i < end; i++) {
    const byte = bytes[from + i] ?? 0;
    // Groups 0 to 3 fill 28 bits, group 4 gives the last four; a shift by 32 or more would wrap around.
    if (i < 5) low |= (byte & 0x7f) << (7 * i);
    if ((i === 4 && (byte & 0x70) !== 0) || (i > 4 && (byte & 0x7f) !== 0)) into.isWide = true;
    if (byte < 0x80) {
      into.low = low;
      into.next = from + i + 1;
      return;
    }
  }
  into.next = -1;
}
