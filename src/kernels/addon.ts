// The native addon's door, typed, and how it is found: through node-gyp-build, which takes a shipped prebuild or what `npm ci` built.
// Where it cannot be loaded, the twins in twin/ do the work. What it holds and checks: native/addon/.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { thrownText } from "../base/trouble.js";
import type { KernelFacts } from "../contract/kernel-facts.js";

export type NativeElement = "float32" | "float16" | "uint8" | "int8";
export type NativeFormat = "rgb" | "bgr" | "rgba" | "gray" | "nv12" | "yuyv" | "yuv_planar";

/** What a model takes. element = level * multiply + add per channel of the tensor, of levels 0 to 255. */
export interface NativeTensor {
  readonly width: number;
  readonly height: number;
  readonly element: NativeElement;
  readonly layout: "nchw" | "nhwc";
  readonly color: "rgb" | "bgr" | "gray";
  readonly multiply: readonly number[];
  readonly add: readonly number[];
  /** Added to integer elements after rounding; 0 for floats. */
  readonly zeroPoint: number;
  /** Level of the pixels beside the picture. */
  readonly pad: number;
}

/** A decoded JPEG's shape: sizes in eighths of a sample, since a picture at 1/8 may end within one. */
export interface NativeShape {
  readonly format: NativeFormat;
  readonly widthEighths: number;
  readonly heightEighths: number;
  /** Of `yuv_planar`: chroma is so many times coarser; 1 for all other formats. */
  readonly chromaX: number;
  readonly chromaY: number;
}

export interface NativeSource extends NativeShape {
  /** YUV as cameras give it (16 to 235) instead of as in JPEG. */
  readonly limitedRange: boolean;
  /** EXIF, 1 to 8. */
  readonly orientation: number;
  /** Where the planes lie in the bytes; null: one after the other, rows without padding. */
  readonly planes: readonly { readonly offset: number; readonly stride: number }[] | null;
}

/** The rectangle of the tensor that the picture as displayed covers; may reach past it or leave a rest. */
export interface NativeWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A decoded JPEG in native memory. */
export interface JpegPicture {
  /** As stored, before scaling. */
  readonly width: number;
  readonly height: number;
  readonly source: NativeShape;
  /** Gives its memory back at once, not only when JavaScript finds it unused. */
  release(): void;
}

/** Why there is no picture. `not-taken`: nothing is wrong as far as one can tell, but another decoder must do it. */
export interface JpegRefusal {
  readonly code: "bad-picture" | "too-many-pixels" | "too-many-scans" | "not-taken";
  /** The decoder's words, or empty. */
  readonly what: string;
}

export interface FitPlan {
  /** Whether a picture has the shape that was planned for. */
  takes(picture: JpegPicture): boolean;
  /** Fills the tensor; its length and type are checked, and that the bytes reach. */
  fit(source: JpegPicture | Uint8Array, tensor: Float32Array | Uint16Array | Uint8Array | Int8Array): void;
}

/** A wrong argument of any of these is thrown as a TypeError or RangeError with `code` ERR_ISOTHERM_ARGUMENT and `argument`, its name. */
export interface NativeAddon {
  readonly FitPlan: new (tensor: NativeTensor, source: NativeSource, window: NativeWindow) => FitPlan;
  /**
   * @param leastWidth what the picture, as stored, will be fitted to: it is decoded at the least of 1/8, 1/4, 1/2 and 1/1 of its size that
   * is half as large again
   * @param full at its whole size whatever is asked for
   */
  decodeJpeg(
    bytes: Uint8Array,
    leastWidth: number,
    leastHeight: number,
    full: boolean,
    maxPixels: number,
  ): JpegPicture | JpegRefusal;
  /** The same in a worker thread, from a copy of the bytes. */
  decodeJpegAside(
    bytes: Uint8Array,
    leastWidth: number,
    leastHeight: number,
    full: boolean,
    maxPixels: number,
  ): Promise<JpegPicture | JpegRefusal>;
  /** Mean absolute difference of two grids of one length, in their levels. */
  meanDifference(a: Uint8Array, b: Uint8Array): number;
  /** Twins that this CPU can run, the best last. */
  kernelNames(): string[];
  kernelsInUse(): string;
  /** For tests and benchmarks. The environment variable ISOTHERM_KERNELS does the same for a whole process. */
  useKernels(name: string): void;
  /** Null where it was built without. */
  jpegLibrary(): string | null;
  /** Costs what a call costs. */
  doNothing(): void;
}

export type LoadedAddon =
  | { readonly addon: NativeAddon; readonly reason: null }
  | { readonly addon: null; readonly reason: string };

/** dist/src/kernels/ lies as deep as it does in any other folder that the compiler writes to. */
const NATIVE = fileURLToPath(new URL("../../../native", import.meta.url));
const require = createRequire(import.meta.url);
let loaded: LoadedAddon | null = null;

/** The addon, or why there is none; looked for once a process. */
export function loadAddon(): LoadedAddon {
  loaded ??= load();
  return loaded;
}

/** Which kernels do the work in this process. */
export function kernelFacts(): KernelFacts {
  const { addon, reason } = loadAddon();
  if (addon === null) return { set: "twin", jpeg: null, missing: reason };
  const jpeg = addon.jpegLibrary();
  return {
    set: addon.kernelsInUse(),
    jpeg,
    missing: jpeg === null ? "the addon was built without libturbojpeg" : null,
  };
}

function load(): LoadedAddon {
  if (process.env.ISOTHERM_KERNELS === "twin") return { addon: null, reason: "ISOTHERM_KERNELS asks for the twin" };
  try {
    return { addon: find(), reason: null };
  } catch (thrown) {
    return { addon: null, reason: thrownText(thrown).split("\n", 1)[0] ?? "" };
  }
}

function find(): NativeAddon {
  let build: (directory: string) => NativeAddon;
  try {
    build = require("node-gyp-build");
  } catch {
    // Left out of an installation, or not yet a dependency: what `npm ci` built still lies in its place.
    return require(`${NATIVE}/build/Release/isotherm_native.node`);
  }
  return build(NATIVE);
}
