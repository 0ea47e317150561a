// The tensors as they are, for models that no decoder fits.

import { fail, ok } from "../../base/result.js";
import type { RawTensor } from "../../contract/result.js";
import type { Tensor } from "../../contract/tensor.js";
import { halfValue } from "../../kernels/twin/half.js";
import type { CompileDecoder } from "./decoder.js";
import { findOutput, notFinite } from "./outputs.js";

/** As JSON this is about a megabyte: more is no message for a hub. */
const MAX_ELEMENTS = 65_536;

export const compileRaw: CompileDecoder<"raw"> = (params, context) => {
  const names = params.outputs ?? context.outputs.map((output) => output.name);
  for (const name of names) {
    const found = findOutput(context, "outputs", name);
    if (!found.ok) return found;
  }
  return ok((outputs) => {
    const tensors: RawTensor[] = [];
    let elements = 0;
    for (const name of names) {
      const tensor = outputs.get(name);
      if (tensor === undefined) throw new Error(`the session gave no output "${name}"`);
      elements += tensor.data.length;
      if (elements > MAX_ELEMENTS) return fail(tooLarge(context.spec.key, elements));
      const data = numbers(tensor);
      if (!data.every(Number.isFinite)) return fail(notFinite(context.spec.key));
      tensors.push({ name, type: tensor.type, shape: [...tensor.shape], data });
    }
    return ok({ tensors });
  });
};

function numbers({ type, data }: Tensor): number[] {
  const list: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    list.push(type === "float16" ? halfValue(value) : value);
  }
  return list;
}

function tooLarge(where: string, elements: number) {
  return {
    code: "answer-too-large",
    where,
    what: `the outputs have at least ${elements} numbers, ${MAX_ELEMENTS} fit into an answer`,
    remedy: "name the outputs that matter as output.outputs in model.yaml",
  };
}
