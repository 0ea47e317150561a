// The loop over all pixels: interleaved 8-bit pixels through one table per channel into the input tensor, planar (NCHW) or
// interleaved (NHWC). The native addon has the same operation; this one stays as its reference and its stand-in.

import type { PixelData } from "./pixel-table.js";

/** Writes one tensor from one picture; both have the size that the loop was made for. */
export type PixelLoop = (pixels: Uint8Array, tensor: PixelData) => void;

/** Where the tensor's channels come from: source channel and table of each, in the tensor's order. */
export interface ChannelPlan {
  readonly from: number;
  readonly table: PixelData;
}

/**
 * The loop for one size and order of channels. Made per variant: a fixed shape with tables in local constants lets V8 keep everything
 * in registers, about 1 ns a value.
 */
export function pixelLoop(channels: readonly ChannelPlan[], planar: boolean, count: number): PixelLoop {
  const [first, second, third] = channels;
  if (first === undefined) throw new RangeError("a picture has one or three channels");
  if (second === undefined || third === undefined) return grayLoop(first.table, count);
  return planar ? planarLoop(first, second, third, count) : interleavedLoop(first, second, third, count);
}

function grayLoop(table: PixelData, count: number): PixelLoop {
  return (pixels, tensor) => {
    for (let i = 0; i < count; i++) tensor[i] = table[pixels[i] as number] as number;
  };
}

function planarLoop(a: ChannelPlan, b: ChannelPlan, c: ChannelPlan, count: number): PixelLoop {
  return (pixels, tensor) => {
    // One plane after the other: three streams of writes at once cost more than reading the pixels three times.
    writePlane(pixels, a.from, a.table, tensor, 0, count);
    writePlane(pixels, b.from, b.table, tensor, count, count);
    writePlane(pixels, c.from, c.table, tensor, 2 * count, count);
  };
}

function writePlane(
  pixels: Uint8Array,
  from: number,
  table: PixelData,
  tensor: PixelData,
  start: number,
  count: number,
): void {
  // The casts: all three indices are inside by construction, a check per value is what this loop is there to avoid.
  for (let i = 0, at = from; i < count; i++, at += 3) tensor[start + i] = table[pixels[at] as number] as number;
}

function interleavedLoop(a: ChannelPlan, b: ChannelPlan, c: ChannelPlan, count: number): PixelLoop {
  return (pixels, tensor) => {
    for (let i = 0; i < 3 * count; i += 3) {
      tensor[i] = a.table[pixels[i + a.from] as number] as number;
      tensor[i + 1] = b.table[pixels[i + b.from] as number] as number;
      tensor[i + 2] = c.table[pixels[i + c.from] as number] as number;
    }
  };
}
