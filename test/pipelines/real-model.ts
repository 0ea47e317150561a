// A package of ../shared/data, loaded with the runtime alone: the models room and the engine are not under test here.

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { troubleLine } from "../../src/base/trouble.js";
import type { Answer } from "../../src/contract/result.js";
import type { Tensor, TensorData } from "../../src/contract/tensor.js";
import {
  type AnswerSettings,
  PACKAGE_SETTINGS,
  type TensorInfo,
  type VariantSpec,
} from "../../src/contract/variant.js";
import { readPackage } from "../../src/models/read-package.js";
import { inputQuantization } from "../../src/onnx/quantization.js";
import { compileStages, type DecodedPicture, type Stages } from "../../src/pipelines/compile.js";
import type { PictureSource } from "../../src/pipelines/decode.js";
import { sharedData } from "../support/shared-data.js";
import { expectOk } from "./spec.js";

const MAX_PIXELS = 50_000_000;

/** By name, so that a clone without the data skips each by its own sentence. */
export const REAL_VARIANTS = {
  "face-detector": ["rfb-640", "rfb-320", "slim-320"],
  "coco-fastest": ["fp32-352"],
  "imagenet-mobilenet": ["v2-100-224-uint8", "v1-050-160-uint8", "v1-025-128-fp32", "v1-025-128-uint8"],
  "waste-sorter": ["160-fp32", "160-uint8", "128-fp32", "128-uint8"],
  "person-presence": ["fp32-96", "int8-96"],
  digits: ["wide", "narrow"],
} as const;

export interface Answered {
  readonly answer: Answer;
  readonly picture: DecodedPicture;
}

export interface RealModel {
  readonly stages: Stages;
  answer(source: PictureSource, settings?: AnswerSettings): Promise<Answered>;
}

/** A file of ../shared/data as a frame; the encoding is found by its bytes. */
export function frameOf(...path: string[]): PictureSource {
  return { encoding: "jpeg", raw: null, payload: readFileSync(sharedData(...path)) };
}

export async function loadReal(packageName: keyof typeof REAL_VARIANTS, variantName: string): Promise<RealModel> {
  const spec = await realSpec(packageName, variantName);
  // Errors only: the older exports list their weights as inputs, which the runtime says 200 times.
  const session = await ort.InferenceSession.create(spec.file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const input = session.inputNames[0] ?? "";
  const quantization = inputQuantization(readFileSync(spec.file), input);
  const stages = expectOk(
    // Without the addon: what it makes of the same pictures is test/kernels/native's to judge.
    compileStages(spec, infos(session.inputMetadata).slice(0, 1), infos(session.outputMetadata), quantization, null),
  );
  return {
    stages,
    answer: async (source, settings = PACKAGE_SETTINGS) => {
      const picture = expectOk(await stages.decode(source, MAX_PIXELS));
      const tensor = stages.preprocess(picture);
      const run = await session.run({
        [input]: new ort.Tensor(tensor.type as "float32", tensor.data as Float32Array, tensor.shape),
      });
      const outputs = new Map(Object.entries(run).map(([name, output]) => [name, ownTensor(output)]));
      return { answer: expectOk(stages.postprocess(outputs, picture, settings)), picture };
    },
  };
}

async function realSpec(packageName: string, variantName: string): Promise<VariantSpec> {
  const found = (await realVariants(packageName)).find((spec) => spec.variant === variantName);
  if (found === undefined) throw new Error(`no variant ${variantName}`);
  return found;
}

async function realVariants(packageName: string): Promise<readonly VariantSpec[]> {
  const read = await readPackage(sharedData("models", packageName));
  if (!read.ok) throw new Error(read.troubles.map(troubleLine).join("\n"));
  return read.value.variants;
}

function infos(metadata: readonly ort.InferenceSession.ValueMetadata[]): TensorInfo[] {
  return metadata.map((entry) => {
    if (!entry.isTensor) throw new Error(`${entry.name} is no tensor`);
    return {
      name: entry.name,
      type: entry.type,
      shape: entry.shape.map((size) => (typeof size === "number" ? size : null)),
    };
  });
}

function ownTensor(tensor: ort.Tensor): Tensor {
  return { type: tensor.type, shape: tensor.dims, data: tensor.data as TensorData };
}
