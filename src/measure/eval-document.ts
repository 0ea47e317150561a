// The document of `isotherm eval` (`isotherm.eval/1`): how right each variant of a package was on labelled data.

import { z } from "zod";
import { TroubleDocument } from "../contract/states.js";

export const ClassificationScore = z.object({
  kind: z.literal("classification"),
  of: z.int(),
  correct: z.int(),
  accuracy: z.number().nullable().describe("share of right answers; null: nothing was answered"),
  by_label: z.record(z.string(), z.object({ correct: z.int(), of: z.int() })),
});
export type ClassificationScore = z.infer<typeof ClassificationScore>;

export const RegressionScore = z.object({
  kind: z.literal("regression"),
  of: z.int(),
  unit: z.string().nullable(),
  mean_abs_error: z.number().nullable().describe("in the unit"),
  p95_abs_error: z.number().nullable(),
  error_percent: z
    .number()
    .nullable()
    .describe("mean error in percent of full scale; null: the package names no scale"),
  worst: z.object({ file: z.string(), value: z.number(), truth: z.number() }).nullable(),
});
export type RegressionScore = z.infer<typeof RegressionScore>;

export const DetectionScore = z.object({
  kind: z.literal("detection"),
  of: z.int().describe("frames that were answered"),
  passed: z.int().describe("frames with every `must` found and no false detection"),
  must: z.int(),
  found: z.int(),
  recall: z.number().nullable().describe("found / must"),
  detections: z.int(),
  expected: z.int().describe("detections that match some `must` or `may`"),
  precision: z.number().nullable().describe("expected / detections"),
  pass: z.boolean().describe("recall and precision are within the tolerance"),
});
export type DetectionScore = z.infer<typeof DetectionScore>;

export const Score = z.discriminatedUnion("kind", [ClassificationScore, RegressionScore, DetectionScore]);
export type Score = z.infer<typeof Score>;

export const VariantEval = z.object({
  variant: z.string(),
  frames: z.int().describe("frames of the data"),
  bad: z.int().describe("frames that could not be answered"),
  score: Score.nullable().describe("over the frames that were answered; null: the variant could not be measured"),
  declared: z.object({ metric: z.string(), value: z.number() }).nullable().describe("what the package promises"),
  trouble: TroubleDocument.nullable(),
});
export type VariantEval = z.infer<typeof VariantEval>;

export const EvalDocument = z.object({
  schema: z.literal("isotherm.eval/1"),
  model: z.object({ name: z.string(), version: z.string() }),
  data: z.string(),
  complete: z.boolean().describe("false: it was interrupted, and what is here is over the frames until then"),
  variants: z.array(VariantEval),
});
export type EvalDocument = z.infer<typeof EvalDocument>;
