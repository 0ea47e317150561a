// How far the value is from the true one, in its unit and in percent of full scale. Pure.

import { quantile } from "../../base/ring.js";
import type { RegressionScore } from "../eval-document.js";
import { type Outcome, rounded } from "./outcome.js";

/** The ends of the scale, in the answer's unit. */
export interface FullScale {
  readonly min: number;
  readonly max: number;
}

export function scoreRegression(outcomes: readonly Outcome[], scale: FullScale | null): RegressionScore {
  const read = outcomes.flatMap(({ file, truth, answer }) => {
    const first = "values" in answer ? answer.values[0] : undefined;
    if (truth.kind !== "value" || first === undefined) return [];
    return [
      { file, value: first.value, truth: truth.value, unit: first.unit, error: Math.abs(first.value - truth.value) },
    ];
  });
  const errors = read.map(({ error }) => error);
  const mean = errors.length === 0 ? null : errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const worst = read.reduce<(typeof read)[number] | null>(
    (most, one) => (most === null || one.error > most.error ? one : most),
    null,
  );
  const p95 = quantile(errors, 0.95);
  return {
    kind: "regression",
    of: read.length,
    unit: read[0]?.unit ?? null,
    mean_abs_error: mean === null ? null : rounded(mean),
    p95_abs_error: p95 === null ? null : rounded(p95),
    error_percent: mean === null || scale === null ? null : rounded((mean / (scale.max - scale.min)) * 100),
    worst: worst === null ? null : { file: worst.file, value: rounded(worst.value), truth: worst.truth },
  };
}
