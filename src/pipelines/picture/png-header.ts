// PNG: IHDR, and the eXIf chunk where it stands before the pixels (PNG third edition, 11.3.4.3).

import { exifOrientation } from "./exif-orientation.js";
import type { PictureHeader } from "./picture-header.js";

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around a chunk's data. */
const CHUNK_EXTRA_BYTES = 12;
const IHDR = 0x49484452;
const IDAT = 0x49444154;
const EXIF = 0x65584966;

export function pngHeader(view: DataView): PictureHeader | null {
  if (view.byteLength < SIGNATURE_BYTES + CHUNK_EXTRA_BYTES + 13) return null;
  if (view.getUint32(SIGNATURE_BYTES + 4) !== IHDR) return null;
  const size = { width: view.getUint32(SIGNATURE_BYTES + 8), height: view.getUint32(SIGNATURE_BYTES + 12) };
  return { ...size, orientation: orientation(view) };
}

function orientation(view: DataView): number {
  let at = SIGNATURE_BYTES;
  while (at + CHUNK_EXTRA_BYTES <= view.byteLength) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    // The decoder looks no further either: what follows the pixels comes too late to turn them.
    if (type === IDAT) return 1;
    if (type === EXIF) return exifOrientation(view, at + 8, at + 8 + length);
    at += CHUNK_EXTRA_BYTES + length;
  }
  return 1;
}
