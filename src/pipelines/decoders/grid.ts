// The places of a model that predicts per cell of several grids, one grid per stride, finest first and row by row.

import { fail, ok, type Result } from "../../base/result.js";
import type { DecoderContext } from "./decoder.js";

/** Column, row and stride (input pixels) of each place. */
export interface Grid {
  readonly columns: Float32Array;
  readonly rows: Float32Array;
  readonly strides: Float32Array;
  readonly count: number;
}

/** A stride that does not divide the input gives a last cell that hangs over: convolutions with padding round up. */
export function gridSize(inputSize: readonly [number, number], stride: number): [columns: number, rows: number] {
  return [Math.ceil(inputSize[0] / stride), Math.ceil(inputSize[1] / stride)];
}

export function makeGrid(inputSize: readonly [number, number], strides: readonly number[]): Grid {
  const cells: [number, number, number][] = [];
  for (const stride of strides) {
    const [columns, rows] = gridSize(inputSize, stride);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) cells.push([column, row, stride]);
  }
  return {
    columns: Float32Array.from(cells, (cell) => cell[0]),
    rows: Float32Array.from(cells, (cell) => cell[1]),
    strides: Float32Array.from(cells, (cell) => cell[2]),
    count: cells.length,
  };
}

/** The model must have as many places as the manifest's strides (or priors) make. */
export function checkPlaces(context: DecoderContext, found: number | null, expected: number): Result<void> {
  if (found === null || found === expected) return ok(undefined);
  const [width, height] = context.spec.inputSize;
  return fail({
    code: "wrong-place-count",
    where: context.spec.at,
    what: `the model gives ${found} boxes, the manifest makes ${expected} for an input of ${width}x${height}`,
    remedy:
      "set the strides (and priors) of `output` to those that the model was trained with, and the right input_size",
  });
}
