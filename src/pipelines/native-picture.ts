// Pictures through the native addon: a JPEG is decoded at the least sufficient scale to planes, raw pixels stay as they came, and one
// kernel fits, turns, converts and normalises either straight into the model's tensor. Whatever it does not take is left to sharp.

import { fail, ok, type Result } from "../base/result.js";
import { sniffEncoding } from "../base/sniff.js";
import type { VariantSpec } from "../contract/variant.js";
import type { JpegPicture, NativeAddon, NativeTensor } from "../kernels/addon.js";
import { type RawPicture, TensorFitter } from "../kernels/fit-to-tensor.js";
import { badPicture, checkRaw, type PictureSource, tooManyPixels } from "./decode.js";
import { fitPicture, type Geometry } from "./geometry.js";
import { displayedSize, pictureHeader } from "./picture/picture-header.js";
import type { InputTensor } from "./preprocess.js";

/** Decoded, not fitted yet. */
export interface NativePicture {
  readonly planes: JpegPicture | RawPicture;
  /** EXIF, 1 to 8. */
  readonly orientation: number;
  /** Size of the picture as displayed. */
  readonly width: number;
  readonly height: number;
  readonly geometry: Geometry;
}

export interface NativeStages {
  /** Null: this picture is another decoder's. */
  decode(source: PictureSource, maxPixels: number): Promise<Result<NativePicture> | null>;
  /** Fills the input's buffer and gives the planes back. */
  fit(picture: NativePicture): void;
}

export function compileNative(spec: VariantSpec, input: InputTensor, addon: NativeAddon): NativeStages {
  const fitter = new TensorFitter(addon, nativeTensor(spec, input));
  const { data } = input.tensor;
  const hasJpeg = addon.jpegLibrary() !== null;
  return {
    decode: async (source, maxPixels) => {
      if (source.encoding === "raw") return openRaw(spec, source, maxPixels);
      return hasJpeg && sniffEncoding(source.payload) === "jpeg" ? decodeJpeg(spec, addon, source, maxPixels) : null;
    },
    fit: ({ planes, orientation, geometry }) => {
      if ("bytes" in planes) {
        fitter.fitRaw(planes, geometry, data);
        return;
      }
      fitter.fitJpeg(planes, orientation, geometry, data);
      planes.release();
    },
  };
}

/** What the manifest says, folded into one multiply-add: code = (level / scale - mean) / std / step + zero point. */
function nativeTensor(spec: VariantSpec, { element, normalise, code }: InputTensor): NativeTensor {
  const step = code?.scale ?? 1;
  const { layout, color, pad } = spec.input;
  return {
    width: spec.inputSize[0],
    height: spec.inputSize[1],
    element,
    layout,
    color,
    multiply: normalise.map(({ scale, std }) => 1 / (scale * std * step)),
    add: normalise.map(({ mean, std }) => -mean / (std * step)),
    zeroPoint: code?.zeroPoint ?? 0,
    pad,
  };
}

/** Nothing to decode: sizes are checked, and the pixels stay where they are until they are fitted. */
function openRaw(spec: VariantSpec, { payload, raw }: PictureSource, maxPixels: number): Result<NativePicture> {
  const checked = checkRaw(payload, raw, maxPixels);
  if (!checked.ok) return checked;
  const { width, height, format } = checked.value;
  const geometry = fitPicture({ width, height }, spec.inputSize, spec.input);
  return ok({ planes: { bytes: payload, format, width, height }, orientation: 1, width, height, geometry });
}

async function decodeJpeg(
  spec: VariantSpec,
  addon: NativeAddon,
  { payload }: PictureSource,
  maxPixels: number,
): Promise<Result<NativePicture> | null> {
  const header = pictureHeader(payload, "jpeg");
  if (header === null) return null;
  const size = displayedSize(header);
  if (size.width * size.height > maxPixels) return fail(tooManyPixels(size, maxPixels));
  const { orientation } = header;
  const geometry = fitPicture(size, spec.inputSize, spec.input);
  // The decoder sees the picture as stored: lying on its side, it is fitted to the sides exchanged.
  const [across, down] = orientation >= 5 ? [geometry.height, geometry.width] : [geometry.width, geometry.height];
  const full = spec.input.decode === "full";
  const planes = await addon.decodeJpegAside(payload, across, down, full, maxPixels);
  if (!("code" in planes)) return ok({ planes, orientation, ...size, geometry });
  switch (planes.code) {
    case "not-taken":
      return null;
    case "too-many-pixels":
      return fail(tooManyPixels(size, maxPixels));
    case "too-many-scans":
      return fail(badPicture(planes.what || "it has too many scans"));
    case "bad-picture":
      return fail(badPicture(planes.what || "its data is broken"));
  }
}
