// Classification whose output already is probabilities.

import { compileClasses } from "./classes.js";
import type { CompileDecoder } from "./decoder.js";

export const compileSoftmax: CompileDecoder<"softmax"> = (params, context) => {
  return compileClasses(params, context, (values, into) => into.set(values));
};
