// Size and orientation of a coded picture, from its header alone and without decoding: the size is limited before a decoder
// runs, and geometry needs the picture as displayed. Reading it here takes microseconds; sharp's own `metadata()` costs
// another 0.16 ms of CPU a frame (docs/decisions/0009-decode-with-sharp.md) and tells the size limit only as a text.

import type { PictureEncoding } from "../../base/sniff.js";
import { jpegHeader } from "./jpeg-header.js";
import { pngHeader } from "./png-header.js";
import { webpHeader } from "./webp-header.js";

/** As stored. Orientation is the EXIF one, 1 to 8; 5 to 8 lie on their side. */
export interface PictureHeader {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
}

/** The header, or null where the bytes have none that makes sense: the decoder would refuse them too. */
export function pictureHeader(bytes: Uint8Array, encoding: PictureEncoding): PictureHeader | null {
  const header = READERS[encoding](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return header !== null && header.width > 0 && header.height > 0 ? header : null;
}

const READERS = { jpeg: jpegHeader, png: pngHeader, webp: webpHeader } as const;

/** The size a person sees. */
export function displayedSize(header: PictureHeader): { width: number; height: number } {
  const { width, height, orientation } = header;
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
