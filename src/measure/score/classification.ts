// How often the best class is the true label. Pure.

import type { ClassificationScore } from "../eval-document.js";
import { type Outcome, share } from "./outcome.js";

export function scoreClassification(outcomes: readonly Outcome[]): ClassificationScore {
  const byLabel = new Map<string, { correct: number; of: number }>();
  let [correct, of] = [0, 0];
  for (const { truth, answer } of outcomes) {
    if (truth.kind !== "label") continue;
    // An answer without classes (all under the threshold) is a wrong one.
    const isRight = "classes" in answer && answer.classes[0]?.label === truth.label;
    const counts = byLabel.get(truth.label) ?? { correct: 0, of: 0 };
    byLabel.set(truth.label, { correct: counts.correct + Number(isRight), of: counts.of + 1 });
    correct += Number(isRight);
    of += 1;
  }
  return { kind: "classification", of, correct, accuracy: share(correct, of), by_label: Object.fromEntries(byLabel) };
}
