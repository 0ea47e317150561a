// YOLOX: per cell the centre as an offset from the cell, the logarithm of the size in strides, objectness and classes.

import { ok } from "../../base/result.js";
import { addCandidate, isWanted } from "./candidates.js";
import type { CompileDecoder } from "./decoder.js";
import { detectionDecoder } from "./detections.js";
import { checkPlaces, makeGrid } from "./grid.js";
import { floatOutput } from "./outputs.js";
import { bestColumn, classesOfRow } from "./rows.js";
import { sigmoid } from "./sigmoid.js";

/** cx, cy, w, h and objectness stand before the classes. */
const FIRST_CLASS = 5;

export const compileYolox: CompileDecoder<"yolox"> = (params, context) => {
  const { inputSize } = context.spec;
  const output = floatOutput(context, "output", params.output, [null, null], "1 x N x (5 + classes)");
  if (!output.ok) return output;
  const [places = null, width = null] = output.value.shape;
  const grid = makeGrid(inputSize, params.strides);
  const fitting = checkPlaces(context, places, grid.count);
  if (!fitting.ok) return fitting;
  const counted = classesOfRow(context, width, FIRST_CLASS);
  if (!counted.ok) return counted;
  const classes = counted.value;
  const rowLength = FIRST_CLASS + classes;
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
        const objectness = activate(data[row + 4] as number);
        // A class probability is at most 1, so most cells are done here.
        if (objectness < list.floor) continue;
        const best = bestColumn(data, row + FIRST_CLASS, classes, 1);
        const score = objectness * activate(data[row + FIRST_CLASS + best] as number);
        if (!isWanted(list, score, best)) continue;
        const stride = grid.strides[i] as number;
        const centreX = ((data[row] as number) + (grid.columns[i] as number)) * stride;
        const centreY = ((data[row + 1] as number) + (grid.rows[i] as number)) * stride;
        const left = centreX - (Math.exp(data[row + 2] as number) * stride) / 2;
        const top = centreY - (Math.exp(data[row + 3] as number) * stride) / 2;
        const [inputWidth, inputHeight] = inputSize;
        const right = (2 * centreX - left) / inputWidth;
        const bottom = (2 * centreY - top) / inputHeight;
        addCandidate(list, left / inputWidth, top / inputHeight, right, bottom, score, best);
      }
      return ok(undefined);
    }),
  );
};
