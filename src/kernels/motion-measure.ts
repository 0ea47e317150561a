// How much one input's picture changed since the one before, on a small luma grid: for gating, so that a still scene costs no run.

import type { JpegPicture, NativeAddon, NativeTensor, NativeWindow } from "./addon.js";
import { type RawPicture, TensorFitter } from "./fit-to-tensor.js";

/** Cells of 60 pixels of a 1080p picture: noise of a sensor averages out, a person far away does not. */
const GRID = { width: 32, height: 18 } as const;
const WINDOW: NativeWindow = { left: 0, top: 0, ...GRID };

export class MotionMeter {
  readonly #addon: NativeAddon;
  readonly #fitter: TensorFitter;
  #before: Uint8Array | null = null;
  #now: Uint8Array = new Uint8Array(GRID.width * GRID.height);

  constructor(addon: NativeAddon) {
    const grid: NativeTensor = {
      ...GRID,
      element: "uint8",
      layout: "nhwc",
      color: "gray",
      multiply: [1],
      add: [0],
      zeroPoint: 0,
      pad: 0,
    };
    this.#addon = addon;
    this.#fitter = new TensorFitter(addon, grid);
  }

  /** Mean absolute difference to the picture before, in levels of 0 to 255; null for the first one. */
  jpeg(picture: JpegPicture, orientation: number): number | null {
    this.#fitter.fitJpeg(picture, orientation, WINDOW, this.#now);
    return this.#compare();
  }

  raw(picture: RawPicture): number | null {
    this.#fitter.fitRaw(picture, WINDOW, this.#now);
    return this.#compare();
  }

  #compare(): number | null {
    const before = this.#before;
    this.#before = this.#now;
    this.#now = before ?? new Uint8Array(GRID.width * GRID.height);
    return before === null ? null : this.#addon.meanDifference(before, this.#before);
  }
}
