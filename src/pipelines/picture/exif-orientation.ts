// The orientation tag of an EXIF block (a small TIFF file, CIPA DC-008).

/** Stands in the first directory; 1 is upright, 2 to 8 are the other turns and mirrors. */
const ORIENTATION_TAG = 0x0112;
const UPRIGHT = 1;
const ENTRY_BYTES = 12;
const SHORT = 3;

/**
 * Orientation 1 to 8 of the TIFF that lies in `from` to `end`; 1 where it says nothing that makes sense.
 */
export function exifOrientation(view: DataView, from: number, end: number): number {
  if (end > view.byteLength || end - from < 8) return UPRIGHT;
  const order = view.getUint16(from);
  if (order !== 0x4949 && order !== 0x4d4d) return UPRIGHT;
  const little = order === 0x4949;
  const directory = from + view.getUint32(from + 4, little);
  if (directory + 2 > end) return UPRIGHT;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > end) return UPRIGHT;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(entry + 2, little) === SHORT ? view.getUint16(entry + 8, little) : 0;
    return value >= 1 && value <= 8 ? value : UPRIGHT;
  }
  return UPRIGHT;
}
