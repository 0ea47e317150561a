// Independent labels: each output goes through its own sigmoid, several may be true at once.

import { compileClasses } from "./classes.js";
import type { CompileDecoder } from "./decoder.js";

export const compileSigmoid: CompileDecoder<"sigmoid"> = (params, context) => {
  return compileClasses(params, context, (values, into) => {
    for (let i = 0; i < values.length; i++) into[i] = sigmoid(values[i] as number);
  });
};

/** 1 / (1 + e^-x); a very negative x gives 0, since 1 / Infinity is 0. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
