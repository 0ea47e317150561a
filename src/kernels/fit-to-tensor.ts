// fit_to_tensor for one variant: remembers the plans of the geometries that its inputs send, so that a frame only looks one up.

import type { FitPlan, JpegPicture, NativeAddon, NativeFormat, NativeTensor, NativeWindow } from "./addon.js";

/** Raw pixels as they lie in the payload: rows without padding. */
export interface RawPicture {
  readonly bytes: Uint8Array;
  readonly format: Exclude<NativeFormat, "yuv_planar">;
  readonly width: number;
  readonly height: number;
}

/** A pipeline has a few inputs with a size each, and JPEGs of one size share a plan; more sizes than this are planned anew each time. */
const MOST_PLANS = 8;

export class TensorFitter {
  readonly #addon: NativeAddon;
  readonly #tensor: NativeTensor;
  /** The one used last stands last. */
  readonly #plans = new Map<string, FitPlan>();

  constructor(addon: NativeAddon, tensor: NativeTensor) {
    this.#addon = addon;
    this.#tensor = tensor;
  }

  /** @param orientation EXIF, 1 to 8; the window is that of the picture as displayed */
  fitJpeg(
    picture: JpegPicture,
    orientation: number,
    window: NativeWindow,
    tensor: Float32Array | Uint16Array | Uint8Array | Int8Array,
  ): void {
    // The full size, the window and the orientation stand for the decoded size too, but for what the sampling is.
    const key = `jpeg ${picture.width} ${picture.height} ${orientation} ${windowKey(window)}`;
    let plan = this.#plans.get(key);
    if (plan === undefined || !plan.takes(picture)) {
      const source = { ...picture.source, limitedRange: false, orientation, planes: null };
      plan = new this.#addon.FitPlan(this.#tensor, source, window);
    }
    this.#keep(key, plan);
    plan.fit(picture, tensor);
  }

  fitRaw(picture: RawPicture, window: NativeWindow, tensor: Float32Array | Uint16Array | Uint8Array | Int8Array): void {
    const { format, width, height } = picture;
    const key = `${format} ${width} ${height} ${windowKey(window)}`;
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      const shape = { format, widthEighths: 8 * width, heightEighths: 8 * height, chromaX: 1, chromaY: 1 };
      const limitedRange = format === "nv12" || format === "yuyv";
      plan = new this.#addon.FitPlan(this.#tensor, { ...shape, limitedRange, orientation: 1, planes: null }, window);
    }
    this.#keep(key, plan);
    plan.fit(picture.bytes, tensor);
  }

  #keep(key: string, plan: FitPlan): void {
    this.#plans.delete(key);
    this.#plans.set(key, plan);
    if (this.#plans.size <= MOST_PLANS) return;
    const [oldest] = this.#plans.keys();
    if (oldest !== undefined) this.#plans.delete(oldest);
  }
}

function windowKey({ left, top, width, height }: NativeWindow): string {
  return `${left} ${top} ${width} ${height}`;
}
