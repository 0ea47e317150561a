// Rows of class scores as the YOLO family lays them out.

import { fail, ok, type Result } from "../../base/result.js";
import type { DecoderContext } from "./decoder.js";
import { checkLabels } from "./outputs.js";

/**
 * Classes that a row of this length has, checked against the labels; where the model leaves the length open, the labels tell it.
 * @param before numbers of the row that are no class scores
 */
export function classesOfRow(context: DecoderContext, rowLength: number | null, before: number): Result<number> {
  const classes = rowLength === null ? context.spec.labels.length : rowLength - before;
  if (classes < 1) {
    return fail({
      code: "no-classes",
      where: context.spec.at,
      what: `the model gives ${rowLength ?? "an unknown count of"} numbers for each box, ${before} are no classes`,
      remedy: `${context.spec.output.decoder} does not fit this output: choose another decoder, or give the labels`,
    });
  }
  const labelled = checkLabels(context, classes);
  return labelled.ok ? ok(classes) : labelled;
}

/**
 * The class with the largest score, which is the only one such a place can be; a NaN wins, so that it is noticed.
 * @param step distance from one class to the next
 */
export function bestColumn(data: Float32Array, start: number, classes: number, step: number): number {
  let best = 0;
  let largest = data[start] as number;
  for (let column = 1; column < classes; column++) {
    const score = data[start + column * step] as number;
    if (score > largest || Number.isNaN(score)) {
      best = column;
      largest = score;
    }
  }
  return best;
}
