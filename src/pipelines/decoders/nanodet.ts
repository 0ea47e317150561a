// NanoDet-Plus: per cell the classes, then for each side of the box a distribution over its distance in strides, whose mean counts
// (Li et al., "Generalized Focal Loss", 2020). The distances start at the cell's corner, as in its own head
// (RangiLyu/nanodet, nanodet_plus_head.py, get_single_level_center_priors).

import { ok } from "../../base/result.js";
import { addCandidate, isWanted } from "./candidates.js";
import type { CompileDecoder } from "./decoder.js";
import { detectionDecoder } from "./detections.js";
import { checkPlaces, makeGrid } from "./grid.js";
import { floatOutput } from "./outputs.js";
import { classesOfRow } from "./rows.js";
import { sigmoid } from "./sigmoid.js";

export const compileNanodet: CompileDecoder<"nanodet"> = (params, context) => {
  const [inputWidth, inputHeight] = context.spec.inputSize;
  const bins = params.reg_max + 1;
  const form = `1 x N x (classes + ${4 * bins})`;
  const output = floatOutput(context, "output", params.output, [null, null], form);
  if (!output.ok) return output;
  const [places = null, width = null] = output.value.shape;
  const grid = makeGrid(context.spec.inputSize, params.strides);
  const fitting = checkPlaces(context, places, grid.count);
  if (!fitting.ok) return fitting;
  const counted = classesOfRow(context, width, 4 * bins);
  if (!counted.ok) return counted;
  const classes = counted.value;
  const rowLength = classes + 4 * bins;
  const activate = params.activation === "sigmoid" ? sigmoid : (x: number) => x;
  return ok(
    detectionDecoder(params, context, classes, (outputs, list) => {
      const view = output.value.read(outputs);
      if (!view.ok) return view;
      const { data } = view.value;
      const fits = checkPlaces(context, data.length / rowLength, grid.count);
      if (!fits.ok) return fits;
      for (let i = 0; i < grid.count; i++) {
        const row = i * rowLength;
        const sides = row + classes;
        for (let classId = 0; classId < classes; classId++) {
          const score = activate(data[row + classId] as number);
          if (!isWanted(list, score, classId)) continue;
          const stride = grid.strides[i] as number;
          const x = grid.columns[i] as number;
          const y = grid.rows[i] as number;
          const left = x - meanBin(data, sides, bins);
          const top = y - meanBin(data, sides + bins, bins);
          const right = x + meanBin(data, sides + 2 * bins, bins);
          const bottom = y + meanBin(data, sides + 3 * bins, bins);
          const across = stride / inputWidth;
          const down = stride / inputHeight;
          addCandidate(list, left * across, top * down, right * across, bottom * down, score, classId);
        }
      }
      return ok(undefined);
    }),
  );
};

/** Mean of the bins' numbers under the softmax of their values. */
export function meanBin(data: Float32Array, start: number, bins: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let bin = 0; bin < bins; bin++) largest = Math.max(largest, data[start + bin] as number);
  let sum = 0;
  let weighted = 0;
  for (let bin = 0; bin < bins; bin++) {
    const power = Math.exp((data[start + bin] as number) - largest);
    sum += power;
    weighted += bin * power;
  }
  return weighted / sum;
}
