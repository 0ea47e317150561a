// One frame with its truth and its answer: what the scores are computed from.

import type { Answer } from "../../contract/result.js";
import type { Truth } from "../labelled/labelled-frame.js";

export interface Outcome {
  readonly file: string;
  readonly truth: Truth;
  readonly answer: Answer;
}

/** Null instead of a share of nothing. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(part / whole);
}

/** Four digits: more would be the rounding of the sum, not of the measure. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
