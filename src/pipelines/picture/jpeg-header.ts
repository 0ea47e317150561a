// JPEG: segments up to the start of frame (ITU-T T.81, annex B).

import { exifOrientation } from "./exif-orientation.js";
import type { PictureHeader } from "./picture-header.js";

const APP1 = 0xe1;
/** "Exif\0\0" before the TIFF. */
const EXIF_MARK = [0x45, 0x78, 0x69, 0x66, 0, 0];

export function jpegHeader(view: DataView): PictureHeader | null {
  let orientation = 1;
  let at = 2;
  while (at + 4 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    // Any number of FF may fill the space before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2) return null;
    if (isStartOfFrame(marker)) {
      if (length < 8 || at + 9 > view.byteLength) return null;
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), orientation };
    }
    if (marker === APP1 && orientation === 1 && isExif(view, at + 4)) {
      orientation = exifOrientation(view, at + 4 + EXIF_MARK.length, Math.min(at + 2 + length, view.byteLength));
    }
    at += 2 + length;
  }
  return null;
}

/** Markers without a length: TEM, restarts, and a doubled start of image. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** C0 to CF, but for the Huffman tables, the reserved one and the arithmetic conditioning. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function isExif(view: DataView, at: number): boolean {
  return at + EXIF_MARK.length <= view.byteLength && EXIF_MARK.every((byte, i) => view.getUint8(at + i) === byte);
}
