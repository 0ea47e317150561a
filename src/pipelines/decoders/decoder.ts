// What every decoder is: compiled once per variant against the model's real outputs, then called per frame.

import type { Result } from "../../base/result.js";
import type { DecoderName, Output } from "../../contract/manifest.js";
import type { Answer } from "../../contract/result.js";
import type { Tensor } from "../../contract/tensor.js";
import type { AnswerSettings, TensorInfo, VariantSpec } from "../../contract/variant.js";
import type { Geometry } from "../geometry.js";

/** Output tensors of one run, by name. */
export type Outputs = ReadonlyMap<string, Tensor>;

export type Decode = (outputs: Outputs, geometry: Geometry, settings: AnswerSettings) => Result<Answer>;

/** The manifest's keys of one decoder. */
export type Params<Name extends DecoderName> = Extract<Output, { decoder: Name }>;

export interface DecoderContext {
  readonly spec: VariantSpec;
  /** What the loaded model really has. */
  readonly outputs: readonly TensorInfo[];
}

export type CompileDecoder<Name extends DecoderName> = (
  params: Params<Name>,
  context: DecoderContext,
) => Result<Decode>;
