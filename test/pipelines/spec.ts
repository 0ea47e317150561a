// Hand-made variants and tensors for decoder tests.

import type { Result } from "../../src/base/result.js";
import { ImageInput, Output } from "../../src/contract/manifest.js";
import type { Tensor } from "../../src/contract/tensor.js";
import type { TensorInfo, VariantSpec } from "../../src/contract/variant.js";
import type { Geometry } from "../../src/pipelines/geometry.js";

export interface SpecParts {
  readonly output: Record<string, unknown>;
  readonly input?: Record<string, unknown>;
  readonly inputSize?: readonly [number, number];
  readonly labels?: readonly string[];
  readonly directory?: string;
}

/** A variant with the manifest's defaults; what a test is about is given. */
export function makeSpec({
  output,
  input = {},
  inputSize = [64, 64],
  labels = [],
  directory = "/",
}: SpecParts): VariantSpec {
  return {
    key: "made@1.0.0:one",
    package: "made",
    version: "1.0.0",
    variant: "one",
    task: "detection",
    labels,
    directory,
    file: "/made.onnx",
    at: "model.yaml:1:1",
    sha256: "0".repeat(64),
    bytes: 0,
    inputSize,
    input: ImageInput.parse({ kind: "image", ...input }),
    output: Output.parse(output),
    precision: "fp32",
    providers: ["cpu"],
    quantization: null,
    accuracy: null,
  };
}

export function floats(shape: readonly number[], data: readonly number[]): Tensor {
  return { type: "float32", shape, data: Float32Array.from(data) };
}

export function infoOf(name: string, { type, shape }: Tensor): TensorInfo {
  return { name, type, shape };
}

/** The model's input is the picture: boxes come out as they went in. */
export function sameSize([width, height]: readonly [number, number]): Geometry {
  return { inputWidth: width, inputHeight: height, left: 0, top: 0, width, height };
}

export function expectOk<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.trouble.code}: ${result.trouble.what} (${result.trouble.remedy})`);
  return result.value;
}

export function expectTrouble<T>(result: Result<T>): { code: string; what: string; remedy: string } {
  if (result.ok) throw new Error("expected a trouble");
  return result.trouble;
}
