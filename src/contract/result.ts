// The result document (`isotherm.result/1`): every answer, as on `result/<input>/<pipeline>` and as `isotherm infer` prints it.

import { z } from "zod";

/** Box normalised (0..1) to the picture as displayed (EXIF orientation applied): top-left corner and size. */
export const Box = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });
export type Box = z.infer<typeof Box>;

export const Detection = z.object({
  label: z.string(),
  class_id: z.int().nonnegative(),
  score: z.number().min(0).max(1),
  box: Box,
  zones: z
    .array(z.string())
    .optional()
    .describe("names of the pipeline's zones that hold the middle of the box's lower edge"),
});
export type Detection = z.infer<typeof Detection>;

export const ScoredClass = z.object({
  label: z.string(),
  class_id: z.int().nonnegative(),
  score: z.number().min(0).max(1),
});
export type ScoredClass = z.infer<typeof ScoredClass>;

export const MeasuredValue = z.object({ name: z.string(), value: z.number(), unit: z.string().nullable() });
export type MeasuredValue = z.infer<typeof MeasuredValue>;

export const RawTensor = z.object({
  name: z.string(),
  type: z.string(),
  shape: z.array(z.int()),
  data: z.array(z.number()),
});
export type RawTensor = z.infer<typeof RawTensor>;

/** The part of a result that the task decides; exactly one of these forms. */
export const Answer = z.union([
  z.object({ detections: z.array(Detection), counts: z.record(z.string(), z.int().nonnegative()) }),
  z.object({ classes: z.array(ScoredClass).describe("best first") }),
  z.object({ values: z.array(MeasuredValue) }),
  z.object({ tensors: z.array(RawTensor).describe("the model's outputs as they are (decoder `raw`)") }),
]);
export type Answer = z.infer<typeof Answer>;

/** Why an answer is less than the best one asked for. */
export const Degraded = z.enum(["throttled", "provider-fallback", "governor"]);
export type Degraded = z.infer<typeof Degraded>;

export const TimingMs = z.object({
  queue: z.number().describe("from the arrival of the frame until the engine took it"),
  decode: z.number(),
  preprocess: z.number(),
  inference: z.number(),
  postprocess: z.number(),
  total: z.number().describe("from the arrival of the frame until its result was ready"),
});
export type TimingMs = z.infer<typeof TimingMs>;

const ResultHead = z.object({
  schema: z.literal("isotherm.result/1"),
  node: z.string(),
  input: z.string(),
  pipeline: z.string(),
  seq: z.int().positive(),
  frame: z.object({
    received_at: z.string(),
    captured_at: z.string().nullable(),
    width: z.int().positive(),
    height: z.int().positive(),
    bytes: z.int().nonnegative(),
  }),
  model: z.object({
    name: z.string(),
    version: z.string(),
    variant: z.string(),
    provider: z.string(),
    degraded: Degraded.nullable(),
  }),
  timing_ms: TimingMs,
});
export type ResultHead = z.infer<typeof ResultHead>;

/** A whole result document. */
export const ResultDocument = ResultHead.and(Answer);
export type ResultDocument = z.infer<typeof ResultDocument>;
