// What each of the 256 pixel values becomes in the input tensor, worked out once per variant: a look-up replaces the
// subtraction, division, rounding and saturation of every pixel of every frame, and is exact.

import { halfBits, roundHalfEven } from "./half.js";

/** Element types that preprocessing can write. float16 is written as its bits. */
export type PixelElement = "float32" | "float16" | "uint8" | "int8";

export type PixelData = Float32Array | Uint16Array | Uint8Array | Int8Array;

/** x = (pixel / scale - mean) / std of one channel. */
export interface Normalisation {
  readonly scale: number;
  readonly mean: number;
  readonly std: number;
}

/** real = scale * (code - zeroPoint). */
export interface CodeScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

const BOUNDS = { uint8: [0, 255], int8: [-128, 127] } as const;

export function makePixelData(element: PixelElement, length: number): PixelData {
  switch (element) {
    case "float32":
      return new Float32Array(length);
    case "float16":
      return new Uint16Array(length);
    case "uint8":
      return new Uint8Array(length);
    case "int8":
      return new Int8Array(length);
  }
}

/**
 * The 256 entries of one channel. Computed in double precision and rounded once, so that the entry is the float (or code) nearest
 * to the true value.
 * @param code needed exactly for the integer types
 */
export function pixelTable(element: PixelElement, normalise: Normalisation, code: CodeScale | null): PixelData {
  const table = makePixelData(element, 256);
  for (let pixel = 0; pixel < 256; pixel++) {
    const real = (pixel / normalise.scale - normalise.mean) / normalise.std;
    table[pixel] = entry(element, real, code);
  }
  return table;
}

function entry(element: PixelElement, real: number, code: CodeScale | null): number {
  if (element === "float32") return real;
  if (element === "float16") return halfBits(real);
  if (code === null) throw new TypeError(`an ${element} tensor needs a scale and a zero point`);
  const [low, high] = BOUNDS[element];
  return Math.min(high, Math.max(low, roundHalfEven(real / code.scale) + code.zeroPoint));
}
