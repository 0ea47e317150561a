// Older exporters (PyTorch before 1.4, IR version 3 habits) list every weight among the graph inputs too. From IR version 4 on that
// means "the caller may replace it", so ONNX Runtime folds and fuses nothing and prints a warning for each. Nobody here replaces
// weights: the entries go, in memory, at load.

import { ok, type Result } from "../base/result.js";
import { GRAPH, MODEL, outlineOf, valueName, weightNames } from "./outline.js";
import { encodeVarint, type Span, WIRE, walk } from "./wire.js";

/** Before IR version 4 a weight must be listed as an input, and is constant nevertheless (onnx/docs/IR.md, "Initializers"). */
const FIRST_IR_WITH_FREE_WEIGHTS = 4;

export interface CleanedModel {
  /** The very bytes that came in, where there was nothing to do. */
  readonly model: Uint8Array;
  /** Inputs that went. */
  readonly removed: number;
}

/** Removes graph inputs that are weights. Tensors' payloads are skipped, subgraphs are left alone (they have no such inputs). */
export function withoutWeightInputs(model: Uint8Array): Result<CleanedModel> {
  const outline = outlineOf(model);
  if (!outline.ok) return outline;
  const { graph, irVersion } = outline.value;
  if (irVersion !== null && irVersion < FIRST_IR_WITH_FREE_WEIGHTS) return ok({ model, removed: 0 });
  const weights = weightNames(model, graph);
  const surplus: Span[] = [];
  walk(model, graph, (field, wire, from, to, at) => {
    if (field === GRAPH.input && wire === WIRE.bytes && weights.has(valueName(model, { from, to })))
      surplus.push({ from: at, to });
    return true;
  });
  if (surplus.length === 0) return ok({ model, removed: 0 });
  return ok({ model: withoutSpans(model, graph, surplus), removed: surplus.length });
}

/** The model with parts of its graph cut out, and the graph's length written anew. @param cuts in order, inside the graph */
function withoutSpans(model: Uint8Array, graph: Span & { readonly at: number }, cuts: readonly Span[]): Uint8Array {
  const cutBytes = cuts.reduce((sum, cut) => sum + cut.to - cut.from, 0);
  const tag = encodeVarint((MODEL.graph << 3) | WIRE.bytes);
  const length = encodeVarint(graph.to - graph.from - cutBytes);
  const parts: Uint8Array[] = [model.subarray(0, graph.at), tag, length];
  let from = graph.from;
  for (const cut of cuts) {
    parts.push(model.subarray(from, cut.from));
    from = cut.to;
  }
  parts.push(model.subarray(from));
  return Buffer.concat(parts);
}
