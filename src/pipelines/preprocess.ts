// Pixels to the model's input tensor: checked and prepared at load, one pass over the pixels per frame.

import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Quantization } from "../contract/manifest.js";
import type { Tensor } from "../contract/tensor.js";
import type { TensorInfo, VariantSpec } from "../contract/variant.js";
import {
  type CodeScale,
  makePixelData,
  type Normalisation,
  type PixelData,
  type PixelElement,
  pixelTable,
} from "../kernels/twin/pixel-table.js";
import { type ChannelPlan, pixelLoop } from "../kernels/twin/pixels-to-tensor.js";
import type { FittedPicture } from "./decode.js";
import { shapeText } from "./decoders/outputs.js";

const ELEMENTS: readonly PixelElement[] = ["float32", "float16", "uint8", "int8"];

/** The model's input, checked: the buffer that every frame is written into, and the arithmetic from a pixel to an element. */
export interface InputTensor {
  /** One buffer for the life of the variant: a run must end before the next frame is preprocessed. */
  readonly tensor: Tensor & { readonly data: PixelData };
  readonly element: PixelElement;
  /** Per channel of the tensor, in the order of `color`. */
  readonly normalise: readonly Normalisation[];
  /** Of an integer tensor; null for floats. */
  readonly code: CodeScale | null;
}

/**
 * @param quantization of the model's own input, where its graph tells; the manifest's stands in for it
 */
export function compileInput(
  spec: VariantSpec,
  inputs: readonly TensorInfo[],
  quantization: Quantization | null,
): Result<InputTensor> {
  const [info] = inputs;
  if (info === undefined || inputs.length !== 1) return fail(inputCount(spec, inputs));
  const element = ELEMENTS.find((type) => type === info.type);
  if (element === undefined) return fail(inputType(spec, info));
  const channels = spec.input.color === "gray" ? 1 : 3;
  const shape = tensorShape(spec, channels);
  if (!matches(info.shape, shape)) return fail(inputShape(spec, info, shape, channels));
  const code = codeScale(spec, element, info, quantization);
  if (!code.ok) return code;
  const normalise = normalisations(spec, channels);
  if (!normalise.ok) return normalise;
  const [width, height] = spec.inputSize;
  const data = makePixelData(element, channels * width * height);
  return ok({ tensor: { type: element, shape, data }, element, normalise: normalise.value, code: code.value });
}

/** The twin's preprocess: fitted pixels into the input's buffer by look-up, since a byte has 256 values. */
export function compilePixelWriter(spec: VariantSpec, input: InputTensor): (picture: FittedPicture) => void {
  const { element, normalise, code, tensor } = input;
  // The picture is always RGB (or gray): BGR is read backwards.
  const sources = normalise.length === 1 ? [0] : spec.input.color === "bgr" ? [2, 1, 0] : [0, 1, 2];
  const plans: ChannelPlan[] = normalise.map((channel, i) => ({
    from: sources[i] ?? 0,
    table: pixelTable(element, channel, code),
  }));
  const [width, height] = spec.inputSize;
  const write = pixelLoop(plans, spec.input.layout === "nchw", width * height);
  return ({ pixels }) => {
    // Ours to keep: the decode stage of the same variant made the picture.
    if (pixels.length !== tensor.data.length) throw new RangeError("the picture was fitted for another variant");
    write(pixels, tensor.data);
  };
}

function tensorShape(spec: VariantSpec, channels: number): number[] {
  const [width, height] = spec.inputSize;
  return spec.input.layout === "nchw" ? [1, channels, height, width] : [1, height, width, channels];
}

function matches(open: readonly (number | null)[], shape: readonly number[]): boolean {
  return open.length === shape.length && open.every((size, i) => size === null || size === shape[i]);
}

/** Mean and std are given in the order of `color`, which is the tensor's. */
function normalisations(spec: VariantSpec, channels: 1 | 3): Result<Normalisation[]> {
  const means = perChannel(spec.input.mean, channels);
  const stds = perChannel(spec.input.std, channels);
  if (means === null || stds === null || stds.includes(0)) return fail(normalisation(spec, channels));
  return ok(means.map((mean, i) => ({ scale: spec.input.scale, mean, std: stds[i] ?? 1 })));
}

/** One number for all channels, or one for each; three equal ones (the default) also do for gray. */
function perChannel(values: readonly number[], channels: 1 | 3): readonly number[] | null {
  if (values.length === channels) return values;
  const [first] = values;
  if (first === undefined || values.some((value) => value !== first)) return null;
  return Array.from({ length: channels }, () => first);
}

function codeScale(
  spec: VariantSpec,
  element: PixelElement,
  info: TensorInfo,
  own: Quantization | null,
): Result<CodeScale | null> {
  if (element === "float32" || element === "float16") return ok(null);
  const found = own ?? spec.quantization;
  if (found !== null) return ok({ scale: found.scale, zeroPoint: found.zero_point });
  return fail({
    code: "no-quantization",
    where: spec.at,
    what: `input "${info.name}" is ${element}, and the graph does not say with what scale and zero point`,
    remedy: `add input: { quantization: { scale: …, zero_point: … } } to the variant ${spec.variant} in model.yaml`,
  });
}

function inputCount(spec: VariantSpec, inputs: readonly TensorInfo[]): Trouble {
  return {
    code: "wrong-input-count",
    where: spec.at,
    what: `the model has ${inputs.length} inputs (${inputs.map((input) => input.name).join(", ")}), a picture fills one`,
    remedy: "export the model with the picture as its only input",
  };
}

function inputType(spec: VariantSpec, info: TensorInfo): Trouble {
  return {
    code: "wrong-input-type",
    where: spec.at,
    what: `input "${info.name}" is ${info.type}`,
    remedy: `export the model with an input of ${ELEMENTS.join(", ")}`,
  };
}

function inputShape(spec: VariantSpec, info: TensorInfo, shape: readonly number[], channels: number): Trouble {
  const { layout, color } = spec.input;
  const other = layout === "nchw" ? "nhwc" : "nchw";
  const turned = tensorShape({ ...spec, input: { ...spec.input, layout: other } }, channels);
  const remedy = matches(info.shape, turned)
    ? `set layout: ${other} in model.yaml`
    : "set input_size (width, height), layout and color in model.yaml to what the model has";
  return {
    code: "wrong-input-shape",
    where: spec.at,
    what: `input "${info.name}" is ${shapeText(info.shape)}, the manifest makes ${shapeText(shape)} (${layout}, ${color})`,
    remedy,
  };
}

function normalisation(spec: VariantSpec, channels: number): Trouble {
  return {
    code: "wrong-normalisation",
    where: spec.at,
    what: `mean has ${spec.input.mean.length} and std ${spec.input.std.length} numbers for ${channels} channels`,
    remedy: "give one number for all channels or one for each; no std may be 0",
  };
}
