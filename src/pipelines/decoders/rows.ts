// Rows of class scores as the YOLO family lays them out.

import type { DecoderContext } from "./decoder.js";

/** Classes that a row of this length has; where the model leaves it open, the labels tell. */
export function classCount(context: DecoderContext, rowLength: number | null, before: number): number {
  return Math.max(0, rowLength === null ? context.spec.labels.length : rowLength - before);
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
