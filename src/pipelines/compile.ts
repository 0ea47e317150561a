// One variant's three stages around the run, compiled once against the loaded model: what does not fit is a trouble at load, never at
// the first frame.

import { ok, type Result } from "../base/result.js";
import type { Quantization } from "../contract/manifest.js";
import type { Answer } from "../contract/result.js";
import type { Tensor } from "../contract/tensor.js";
import type { AnswerSettings, TensorInfo, VariantSpec } from "../contract/variant.js";
import type { NativeAddon } from "../kernels/addon.js";
import { compileDecode, type FittedPicture, type PictureSource } from "./decode.js";
import { compileDecoder } from "./decoders/table.js";
import { compileNative, type NativePicture } from "./native-picture.js";
import { compileInput, compilePixelWriter } from "./preprocess.js";

/** A picture between decode and preprocess: fitted already (by sharp), or still as the native addon decoded it. */
export type DecodedPicture = FittedPicture | NativePicture;

export interface Stages {
  /** Works in other threads: decodes may overlap each other and a run. */
  decode(source: PictureSource, maxPixels: number): Promise<Result<DecodedPicture>>;
  /** Writes into one buffer: the run that reads it must end before the next call. A picture is used up by it. */
  preprocess(picture: DecodedPicture): Tensor;
  postprocess(outputs: ReadonlyMap<string, Tensor>, picture: DecodedPicture, settings: AnswerSettings): Result<Answer>;
}

/**
 * @param inputs the model's inputs as loaded, without weights
 * @param quantization of an integer input tensor as the graph tells it, or null
 * @param addon null: sharp and the TypeScript twin do all the work
 */
export function compileStages(
  spec: VariantSpec,
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  quantization: Quantization | null,
  addon: NativeAddon | null,
): Result<Stages> {
  const input = compileInput(spec, inputs, quantization);
  if (!input.ok) return input;
  const decoder = compileDecoder({ spec, outputs });
  if (!decoder.ok) return decoder;
  const native = addon === null ? null : compileNative(spec, input.value, addon);
  const decodeAndFit = compileDecode(spec);
  const write = compilePixelWriter(spec, input.value);
  return ok({
    decode: async (source, maxPixels) =>
      (await native?.decode(source, maxPixels)) ?? (await decodeAndFit(source, maxPixels)),
    preprocess: (picture) => {
      if ("pixels" in picture) write(picture);
      else native?.fit(picture);
      return input.value.tensor;
    },
    postprocess: (tensors, picture, settings) => decoder.value(tensors, picture.geometry, settings),
  });
}
