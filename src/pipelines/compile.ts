// One variant's three stages around the run, compiled once against the loaded model: what does not fit is a trouble at load, never at
// the first frame.

import { ok, type Result } from "../base/result.js";
import type { Quantization } from "../contract/manifest.js";
import type { Answer } from "../contract/result.js";
import type { Tensor } from "../contract/tensor.js";
import type { AnswerSettings, TensorInfo, VariantSpec } from "../contract/variant.js";
import { compileDecode, type FittedPicture, type PictureSource } from "./decode.js";
import { compileDecoder } from "./decoders/table.js";
import { compilePreprocess } from "./preprocess.js";

export interface Stages {
  /** Works in sharp's threads: decodes may overlap each other and a run. */
  decode(source: PictureSource, maxPixels: number): Promise<Result<FittedPicture>>;
  /** Writes into one buffer: the run that reads it must end before the next call. */
  preprocess(picture: FittedPicture): Tensor;
  postprocess(outputs: ReadonlyMap<string, Tensor>, picture: FittedPicture, settings: AnswerSettings): Result<Answer>;
}

/**
 * @param inputs the model's inputs as loaded, without weights
 * @param quantization of an integer input tensor as the graph tells it, or null
 */
export function compileStages(
  spec: VariantSpec,
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  quantization: Quantization | null,
): Result<Stages> {
  const preprocess = compilePreprocess(spec, inputs, quantization);
  if (!preprocess.ok) return preprocess;
  const decoder = compileDecoder({ spec, outputs });
  if (!decoder.ok) return decoder;
  return ok({
    decode: compileDecode(spec),
    preprocess: preprocess.value,
    postprocess: (tensors, picture, settings) => decoder.value(tensors, picture.geometry, settings),
  });
}
