// SSD: boxes as offsets from priors that a formula makes, one set per cell of each stride's grid.

import { fail, ok, type Result } from "../../base/result.js";
import { countClasses, eachScore } from "./boxes-scores.js";
import type { CompileDecoder, DecoderContext, Params } from "./decoder.js";
import { detectionDecoder } from "./detections.js";
import { checkPlaces, gridSize } from "./grid.js";
import { softmax } from "./logits.js";
import { floatOutput } from "./outputs.js";
import { addFromPrior } from "./priors.js";
import { sigmoid } from "./sigmoid.js";

type SsdParams = Params<"ssd">;

export const compileSsd: CompileDecoder<"ssd"> = (params, context) => {
  const priors = makePriors(params, context);
  if (!priors.ok) return priors;
  const places = priors.value.length / 4;
  const boxes = floatOutput(context, "boxes", params.boxes, [null, 4], "1 x N x 4 box offsets");
  if (!boxes.ok) return boxes;
  const fitting = checkPlaces(context, boxes.value.shape[0] ?? null, places);
  if (!fitting.ok) return fitting;
  const scores = floatOutput(
    context,
    "scores",
    params.scores,
    [places, null],
    "1 x N x C scores, one row for each box",
  );
  if (!scores.ok) return scores;
  const counted = countClasses(context, scores.value.shape[1] ?? null, params.background);
  if (!counted.ok) return counted;
  const { columns, classes } = counted.value;
  const activate = activation(params.activation, columns, places);
  const background = params.background ?? null;
  return ok(
    detectionDecoder(params, context, classes, (outputs, list) => {
      const offsets = boxes.value.read(outputs);
      if (!offsets.ok) return offsets;
      const raw = scores.value.read(outputs);
      if (!raw.ok) return raw;
      const fits = checkPlaces(context, offsets.value.shape[0] ?? 0, places);
      if (!fits.ok) return fits;
      eachScore(activate(raw.value.data), places, columns, background, list, (i, score, classId) =>
        addFromPrior(list, priors.value, offsets.value.data, i, params.variances, false, score, classId),
      );
      return ok(undefined);
    }),
  );
};

/** Centre and size of each prior in shares of the input: stride by stride, row by row, and in a cell size by size, ratio by ratio. */
export function makePriors(params: SsdParams, context: DecoderContext): Result<Float32Array> {
  const { strides, min_sizes, ratios, clip } = params.priors;
  if (strides.length !== min_sizes.length) {
    return fail({
      code: "priors-size",
      where: context.spec.at,
      what: `output.priors: there are ${strides.length} strides and ${min_sizes.length} lists of min_sizes`,
      remedy: "give one list of sizes for each stride",
    });
  }
  const { inputSize } = context.spec;
  const [width, height] = inputSize;
  const priors: number[] = [];
  for (const [level, stride] of strides.entries()) {
    const [columns, rows] = gridSize(inputSize, stride);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (const size of min_sizes[level] ?? []) {
          for (const ratio of ratios) {
            const side = Math.sqrt(ratio);
            priors.push(((column + 0.5) * stride) / width, ((row + 0.5) * stride) / height);
            priors.push((size * side) / width, size / side / height);
          }
        }
      }
    }
  }
  return ok(Float32Array.from(priors, (share) => (clip ? Math.min(1, Math.max(0, share)) : share)));
}

function activation(
  kind: SsdParams["activation"],
  columns: number,
  places: number,
): (scores: Float32Array) => Float32Array {
  if (kind === "none") return (scores) => scores;
  const active = new Float32Array(places * columns);
  if (kind === "sigmoid") {
    return (scores) => {
      for (let i = 0; i < active.length; i++) active[i] = sigmoid(scores[i] as number);
      return active;
    };
  }
  const rows = Array.from({ length: places }, (_, i) => active.subarray(i * columns, (i + 1) * columns));
  return (scores) => {
    active.set(scores.subarray(0, active.length));
    for (const row of rows) softmax(row, row);
    return active;
  };
}
