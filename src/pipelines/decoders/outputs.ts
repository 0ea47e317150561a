// Finds the outputs that a manifest names, checks their shapes at load, and reads them as float32 per frame.

import { nearestName } from "../../base/nearest.js";
import { fail, ok, type Result } from "../../base/result.js";
import type { Trouble } from "../../base/trouble.js";
import type { Tensor } from "../../contract/tensor.js";
import type { TensorInfo } from "../../contract/variant.js";
import { halfValue } from "../../kernels/twin/half.js";
import type { DecoderContext, Outputs } from "./decoder.js";

/** One dimension as a decoder wants it; null: any. */
export type Wanted = readonly (number | null)[];

/** What one run gave; `shape` without the batch. */
export interface FloatView {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** An output that was checked at load. */
export interface FloatOutput {
  readonly name: string;
  /** Without the batch; null where the model leaves a dimension open. */
  readonly shape: Wanted;
  read(outputs: Outputs): Result<FloatView>;
}

const FLOAT_TYPES = ["float32", "float16", "float64"];

/**
 * The output that the manifest names under `key`, or the model's only one where it names none.
 * @param wanted its dimensions without the batch
 * @param form the same for people, e.g. "N x 4"
 */
export function floatOutput(
  context: DecoderContext,
  key: string,
  name: string | undefined,
  wanted: Wanted,
  form: string,
): Result<FloatOutput> {
  const found = findOutput(context, key, name);
  if (!found.ok) return found;
  const info = found.value;
  if (!FLOAT_TYPES.includes(info.type)) return fail(wrongType(context, info));
  const shape = withoutBatch(info.shape, wanted.length);
  if (shape === null || !fits(shape, wanted)) return fail(wrongShape(context, info, form));
  const toFloats = floatConverter(info.type);
  return ok({
    name: info.name,
    shape,
    read: (outputs) => {
      const tensor = outputs.get(info.name);
      if (tensor === undefined) throw new Error(`the session gave no output "${info.name}"`);
      const actual = withoutBatch(tensor.shape, wanted.length);
      if (actual === null || !isKnown(actual) || !fits(actual, shape)) {
        return fail(wrongShape(context, { ...info, shape: tensor.shape }, form));
      }
      return ok({ data: toFloats(tensor), shape: actual });
    },
  });
}

/** An output by name, of any type and shape. */
export function findOutput(context: DecoderContext, key: string, name: string | undefined): Result<TensorInfo> {
  const names = context.outputs.map((output) => output.name);
  const where = context.spec.at;
  if (name === undefined) {
    const [only] = context.outputs;
    if (only !== undefined && context.outputs.length === 1) return ok(only);
    return fail({
      code: "output-not-named",
      where,
      what: `the model has ${names.length} outputs (${names.join(", ")})`,
      remedy: `name one of them as output.${key} in model.yaml`,
    });
  }
  const found = context.outputs.find((output) => output.name === name);
  if (found !== undefined) return ok(found);
  const near = nearestName(name, names);
  return fail({
    code: "unknown-output",
    where,
    what: `output.${key}: the model has no output "${name}"`,
    remedy: near === null ? `use one of ${names.join(", ")}` : `did you mean "${near}"? It has ${names.join(", ")}`,
  });
}

/** Labels, if there are any, must be as many as the classes that the output has. */
export function checkLabels(context: DecoderContext, classes: number | null): Result<void> {
  const { labels } = context.spec;
  if (labels.length === 0 || classes === null || labels.length === classes) return ok(undefined);
  return fail({
    code: "label-count",
    where: context.spec.at,
    what: `the package has ${labels.length} labels, the model ${classes} classes`,
    remedy: "give one label for each class, in the model's order (a background column has none: name it `background`)",
  });
}

/** A model that gives NaN has no answer, and an answer without it would look like "nothing there". */
export function notFinite(where: string): Trouble {
  return {
    code: "output-not-finite",
    where,
    what: "the model gave NaN or infinity",
    remedy:
      "try another variant; a float16 or int8 one may overflow, and `isotherm models verify` tells a damaged file",
  };
}

/** Text of a shape for people: `1x4420x2`, with `?` where it is open. */
export function shapeText(shape: readonly (number | null)[]): string {
  return shape.map((size) => size ?? "?").join("x");
}

/** Drops dimensions of 1 (or an open batch) in front, then of 1 behind, until `rank` are left; null where that can't be. */
function withoutBatch(shape: Wanted, rank: number): Wanted | null {
  let from = 0;
  let to = shape.length;
  while (to - from > rank && (shape[from] === 1 || (from === 0 && shape[from] === null))) from += 1;
  while (to - from > rank && shape[to - 1] === 1) to -= 1;
  return to - from === rank ? shape.slice(from, to) : null;
}

function fits(shape: Wanted, wanted: Wanted): boolean {
  return shape.every((size, i) => size === null || wanted[i] == null || size === wanted[i]);
}

function isKnown(shape: Wanted): shape is readonly number[] {
  return shape.every((size) => size !== null);
}

function floatConverter(type: string): (tensor: Tensor) => Float32Array {
  // Made at the first frame and kept: an open dimension is known only then.
  let scratch = new Float32Array(0);
  return ({ data }) => {
    if (data instanceof Float32Array) return data;
    if (scratch.length !== data.length) scratch = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const value = Number(data[i]);
      scratch[i] = type === "float16" ? halfValue(value) : value;
    }
    return scratch;
  };
}

function wrongType(context: DecoderContext, info: TensorInfo): Trouble {
  return {
    code: "wrong-output-type",
    where: context.spec.at,
    what: `output "${info.name}" is ${info.type}`,
    remedy: `the decoder ${context.spec.output.decoder} reads floats: end the graph with a DequantizeLinear or Cast node`,
  };
}

function wrongShape(context: DecoderContext, info: TensorInfo, form: string): Trouble {
  const { decoder } = context.spec.output;
  return {
    code: "wrong-output-shape",
    where: context.spec.at,
    what: `output "${info.name}" is ${shapeText(info.shape)}`,
    remedy: `the decoder ${decoder} wants ${form}: choose the output or the decoder that fits (docs/reference/package.md)`,
  };
}
