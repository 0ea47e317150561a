// A package of ../shared/data whose pictures go through the native addon: scaled JPEG decode and fit_to_tensor, then the package's own
// model and decoder.

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { troubleLine } from "../../../src/base/trouble.js";
import type { Answer } from "../../../src/contract/result.js";
import type { Tensor, TensorData } from "../../../src/contract/tensor.js";
import { PACKAGE_SETTINGS, type TensorInfo, type VariantSpec } from "../../../src/contract/variant.js";
import type { NativeAddon, NativeElement, NativeTensor } from "../../../src/kernels/addon.js";
import { TensorFitter } from "../../../src/kernels/fit-to-tensor.js";
import { readPackage } from "../../../src/models/read-package.js";
import { inputQuantization } from "../../../src/onnx/quantization.js";
import { compileStages } from "../../../src/pipelines/compile.js";
import { fitPicture } from "../../../src/pipelines/geometry.js";
import { displayedSize, pictureHeader } from "../../../src/pipelines/picture/picture-header.js";
import { expectOk } from "../../pipelines/spec.js";
import { sharedData } from "../../support/shared-data.js";

const MAX_PIXELS = 50_000_000;

export interface NativeModel {
  /** Null where the addon leaves the picture to another decoder. */
  answer(
    bytes: Uint8Array,
  ): Promise<{ readonly answer: Answer; readonly width: number; readonly height: number } | null>;
}

/** @param full decode every picture at its whole size */
export async function loadNative(
  addon: NativeAddon,
  packageName: string,
  variantName: string,
  full = false,
): Promise<NativeModel> {
  const read = await readPackage(sharedData("models", packageName));
  if (!read.ok) throw new Error(read.troubles.map(troubleLine).join("\n"));
  const spec = read.value.variants.find((variant) => variant.variant === variantName);
  if (spec === undefined) throw new Error(`no variant ${variantName}`);
  const session = await ort.InferenceSession.create(spec.file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const input = session.inputNames[0] ?? "";
  const quantization = inputQuantization(readFileSync(spec.file), input);
  const inputs = infos(session.inputMetadata).slice(0, 1);
  const stages = expectOk(compileStages(spec, inputs, infos(session.outputMetadata), quantization, null));
  const tensor = tensorOf(spec, inputs[0]?.type as NativeElement, quantization);
  const fitter = new TensorFitter(addon, tensor);
  const channels = spec.input.color === "gray" ? 1 : 3;
  const [width, height] = spec.inputSize;
  const data = makeData(tensor.element, channels * width * height);
  const shape = spec.input.layout === "nchw" ? [1, channels, height, width] : [1, height, width, channels];
  return {
    answer: async (bytes) => {
      const header = pictureHeader(bytes, "jpeg");
      if (header === null) throw new Error("no JPEG header");
      const size = displayedSize(header);
      const geometry = fitPicture(size, spec.inputSize, spec.input);
      const turned = header.orientation >= 5;
      const [across, down] = turned ? [geometry.height, geometry.width] : [geometry.width, geometry.height];
      const picture = await addon.decodeJpegAside(
        bytes,
        across,
        down,
        full || spec.input.decode === "full",
        MAX_PIXELS,
      );
      if ("code" in picture) {
        if (picture.code === "not-taken") return null;
        throw new Error(`${picture.code}: ${picture.what}`);
      }
      fitter.fitJpeg(picture, header.orientation, geometry, data);
      picture.release();
      const run = await session.run({
        [input]: new ort.Tensor(tensor.element as "float32", data as Float32Array, shape),
      });
      const outputs = new Map(Object.entries(run).map(([name, output]) => [name, ownTensor(output)]));
      const fitted = { pixels: new Uint8Array(0), channels: channels as 1 | 3, ...size, geometry };
      return { answer: expectOk(stages.postprocess(outputs, fitted, PACKAGE_SETTINGS)), ...size };
    },
  };
}

/** What the manifest says, folded into one multiply-add. */
export function tensorOf(
  spec: VariantSpec,
  element: NativeElement,
  own: { readonly scale: number; readonly zero_point: number } | null,
): NativeTensor {
  const channels = spec.input.color === "gray" ? 1 : 3;
  const code = element === "float32" || element === "float16" ? null : (own ?? spec.quantization);
  const { scale, mean, std, layout, color, pad } = spec.input;
  const at = (values: readonly number[], c: number) => values[Math.min(c, values.length - 1)] ?? 0;
  const all = Array.from({ length: channels }, (_, c) => c);
  return {
    width: spec.inputSize[0],
    height: spec.inputSize[1],
    element,
    layout,
    color,
    multiply: all.map((c) => 1 / (scale * at(std, c) * (code?.scale ?? 1))),
    add: all.map((c) => -at(mean, c) / (at(std, c) * (code?.scale ?? 1))),
    zeroPoint: code?.zero_point ?? 0,
    pad,
  };
}

function makeData(element: NativeElement, length: number) {
  if (element === "float32") return new Float32Array(length);
  if (element === "float16") return new Uint16Array(length);
  return element === "uint8" ? new Uint8Array(length) : new Int8Array(length);
}

function infos(metadata: readonly ort.InferenceSession.ValueMetadata[]): TensorInfo[] {
  return metadata.map((entry) => {
    if (!entry.isTensor) throw new Error(`${entry.name} is no tensor`);
    const shape = entry.shape.map((size) => (typeof size === "number" ? size : null));
    return { name: entry.name, type: entry.type, shape };
  });
}

function ownTensor(tensor: ort.Tensor): Tensor {
  return { type: tensor.type, shape: tensor.dims, data: tensor.data as TensorData };
}
