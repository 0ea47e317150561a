// Regression to one number: a gauge, a level, a temperature.

import { fail, ok } from "../../base/result.js";
import type { ValueScale } from "../../contract/variant.js";
import type { CompileDecoder, Params } from "./decoder.js";
import { floatOutput, notFinite } from "./outputs.js";

/** Digits of a value on the wire: float32 holds seven. */
const DIGITS = 6;

export const compileScalar: CompileDecoder<"scalar"> = (params, context) => {
  const output = floatOutput(context, "output", params.output, [], "one number");
  if (!output.ok) return output;
  return ok((outputs, _geometry, settings) => {
    const view = output.value.read(outputs);
    if (!view.ok) return view;
    const x = view.value.data[0] ?? Number.NaN;
    if (!Number.isFinite(x)) return fail(notFinite(context.spec.key));
    const scale = scaleOf(params, settings.value);
    return ok({ values: [{ name: scale.name, value: onScale(x, scale), unit: scale.unit }] });
  });
};

/**
 * On a scale with both ends, x is the share of it and stays on it: an instrument cannot point past its ends, so what lies beyond is the
 * model's error. Without a scale x is the value, and nothing tells what would be too much.
 */
export function onScale(x: number, scale: ValueScale): number {
  const { min, max } = scale;
  const value = min === null || max === null ? x : min + Math.min(1, Math.max(0, x)) * (max - min);
  return Number(value.toPrecision(DIGITS));
}

/** The pipeline's scale, filled up from the package's: who only names a unit keeps the ends. */
function scaleOf(params: Params<"scalar">, own: ValueScale | null): ValueScale {
  return {
    name: own?.name ?? params.name,
    unit: own?.unit ?? params.unit ?? null,
    min: own?.min ?? params.min ?? null,
    max: own?.max ?? params.max ?? null,
  };
}
