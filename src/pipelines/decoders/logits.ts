// Classification whose output are logits: the softmax is done here.

import { compileClasses } from "./classes.js";
import type { CompileDecoder } from "./decoder.js";

export const compileLogits: CompileDecoder<"logits"> = (params, context) => compileClasses(params, context, softmax);

/** exp(v) / sum(exp(v)), shifted by the largest value so that no exponential overflows. */
export function softmax(values: Float32Array, into: Float32Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] as number);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const power = Math.exp((values[i] as number) - largest);
    into[i] = power;
    sum += power;
  }
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) / sum;
}
