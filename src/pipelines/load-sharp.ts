// sharp, when it is first needed. Where the native addon decodes JPEGs, an engine may live for months without it, and it takes some 14 MB.

import type sharpFunction from "sharp";

export type SharpLibrary = typeof sharpFunction;

let loading: Promise<SharpLibrary> | null = null;

/** The library with our settings; loaded once a process. */
export function loadSharp(): Promise<SharpLibrary> {
  loading ??= load();
  return loading;
}

async function load(): Promise<SharpLibrary> {
  const { default: sharp } = await import("sharp");
  // Its cache keeps operations for pictures that come twice; frames never do, and each would be held for nothing.
  sharp.cache(false);
  // One thread a picture: the next frame's decode shares the board with this frame's run.
  sharp.concurrency(1);
  return sharp;
}
