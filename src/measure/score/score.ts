// The score that belongs to a package's task. Pure.

import type { Manifest } from "../../contract/manifest.js";
import type { Score } from "../eval-document.js";
import { scoreClassification } from "./classification.js";
import { scoreDetection } from "./detection.js";
import type { Outcome } from "./outcome.js";
import { type FullScale, scoreRegression } from "./regression.js";

export function scoreOf(manifest: Manifest, outcomes: readonly Outcome[]): Score {
  switch (manifest.task) {
    case "classification":
      return scoreClassification(outcomes);
    case "regression":
      return scoreRegression(outcomes, fullScale(manifest));
    case "detection":
      return scoreDetection(outcomes);
  }
}

function fullScale({ output }: Manifest): FullScale | null {
  if (output.decoder !== "scalar" || output.min === undefined || output.max === undefined) return null;
  return { min: output.min, max: output.max };
}
