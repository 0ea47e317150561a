// WebP: lossy, lossless and extended form, and the EXIF chunk (RFC 9649, section 2).

import { exifOrientation } from "./exif-orientation.js";
import type { PictureHeader } from "./picture-header.js";

/** RIFF, size, WEBP. */
const FILE_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const LOSSY = 0x56503820;
const LOSSLESS = 0x5650384c;
const EXTENDED = 0x56503858;
const EXIF = 0x45584946;
/** "Exif\0\0", which some writers put before the TIFF as in a JPEG. */
const EXIF_MARK = 0x45786966;

export function webpHeader(view: DataView): PictureHeader | null {
  if (view.byteLength < FILE_HEADER_BYTES + CHUNK_HEADER_BYTES + 10) return null;
  const type = view.getUint32(FILE_HEADER_BYTES);
  const at = FILE_HEADER_BYTES + CHUNK_HEADER_BYTES;
  if (type === LOSSY) {
    // Frame tag and start code, then 14 bits of size each; the upper two only ask for a scaled display.
    const [width, height] = [view.getUint16(at + 6, true) & 0x3fff, view.getUint16(at + 8, true) & 0x3fff];
    return { width, height, orientation: 1 };
  }
  if (type === LOSSLESS) {
    const bits = view.getUint32(at + 1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, orientation: 1 };
  }
  if (type !== EXTENDED) return null;
  const size = { width: uint24(view, at + 4) + 1, height: uint24(view, at + 7) + 1 };
  return { ...size, orientation: orientation(view) };
}

function orientation(view: DataView): number {
  let at = FILE_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= view.byteLength) {
    const length = view.getUint32(at + 4, true);
    const data = at + CHUNK_HEADER_BYTES;
    if (view.getUint32(at) === EXIF) {
      const marked = length >= 6 && data + 6 <= view.byteLength && view.getUint32(data) === EXIF_MARK;
      return exifOrientation(view, marked ? data + 6 : data, data + length);
    }
    // Chunks of odd length are followed by one byte of padding.
    at = data + length + (length & 1);
  }
  return 1;
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
