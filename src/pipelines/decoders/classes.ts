// The best classes of a row of probabilities: what softmax, logits and sigmoid share.

import { fail, ok, type Result } from "../../base/result.js";
import type { ScoredClass } from "../../contract/result.js";
import type { Decode, DecoderContext, Params } from "./decoder.js";
import { type LabelMask, labelMask, labelOf } from "./labels.js";
import { checkLabels, floatOutput, notFinite } from "./outputs.js";

type ClassParams = Params<"softmax"> | Params<"logits"> | Params<"sigmoid">;

/** Turns the model's numbers into probabilities; `into` is as long as they are. */
export type Activation = (values: Float32Array, into: Float32Array) => void;

/** Scores on the wire: finer than any model is. */
const SCORE_STEPS = 1e5;

export function roundScore(score: number): number {
  return Math.round(Math.min(1, Math.max(0, score)) * SCORE_STEPS) / SCORE_STEPS;
}

export function compileClasses(params: ClassParams, context: DecoderContext, activate: Activation): Result<Decode> {
  const output = floatOutput(context, "output", params.output, [null], "1 x classes");
  if (!output.ok) return output;
  const [known = null] = output.value.shape;
  const labelled = checkLabels(context, known);
  if (!labelled.ok) return labelled;
  const { labels } = context.spec;
  const classes = known ?? labels.length;
  const scores = new Float32Array(classes);
  const maskOf = labelMask(labels, classes);
  return ok((outputs, _geometry, settings) => {
    const view = output.value.read(outputs);
    if (!view.ok) return view;
    if (view.value.data.length !== classes) return fail(classCount(context, view.value.data.length));
    for (const value of view.value.data) if (!Number.isFinite(value)) return fail(notFinite(context.spec.key));
    activate(view.value.data, scores);
    const found = bestClasses(scores, params.top_k, settings.minScore ?? params.min_score, maskOf(settings.labels));
    return ok({
      classes: found.map((id): ScoredClass => {
        return { label: labelOf(labels, id), class_id: id, score: roundScore(scores[id] ?? 0) };
      }),
    });
  });
}

/** Numbers of the best classes, best first, equals in their order. */
export function bestClasses(scores: Float32Array, topK: number, minScore: number, mask: LabelMask): number[] {
  const best: number[] = [];
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (score < minScore || (mask !== null && mask[id] === 0)) continue;
    if (best.length === topK && score <= (scores[best[topK - 1] as number] as number)) continue;
    // From the end: few classes get this far, and top_k is small.
    let at = best.length;
    while (at > 0 && score > (scores[best[at - 1] as number] as number)) at -= 1;
    best.splice(at, 0, id);
    if (best.length > topK) best.pop();
  }
  return best;
}

function classCount(context: DecoderContext, found: number) {
  return {
    code: "wrong-output-shape",
    where: context.spec.at,
    what: `the model gave ${found} classes, ${context.spec.labels.length} labels are known`,
    remedy: "give one label for each class, in the model's order",
  };
}
