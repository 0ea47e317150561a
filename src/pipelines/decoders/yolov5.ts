// YOLOv5 (and v7): rows of centre and size in input pixels, objectness and classes, all activated in the graph.

import { ok } from "../../base/result.js";
import { addCandidate, isWanted } from "./candidates.js";
import type { CompileDecoder } from "./decoder.js";
import { detectionDecoder } from "./detections.js";
import { floatOutput } from "./outputs.js";
import { bestColumn, classesOfRow } from "./rows.js";

const FIRST_CLASS = 5;

export const compileYolov5: CompileDecoder<"yolov5"> = (params, context) => {
  const [inputWidth, inputHeight] = context.spec.inputSize;
  const output = floatOutput(context, "output", params.output, [null, null], "1 x N x (5 + classes)");
  if (!output.ok) return output;
  const counted = classesOfRow(context, output.value.shape[1] ?? null, FIRST_CLASS);
  if (!counted.ok) return counted;
  const classes = counted.value;
  const rowLength = FIRST_CLASS + classes;
  return ok(
    detectionDecoder(params, context, classes, (outputs, list) => {
      const view = output.value.read(outputs);
      if (!view.ok) return view;
      const { data } = view.value;
      for (let row = 0; row + rowLength <= data.length; row += rowLength) {
        const objectness = data[row + 4] as number;
        if (objectness < list.floor) continue;
        const best = bestColumn(data, row + FIRST_CLASS, classes, 1);
        const score = objectness * (data[row + FIRST_CLASS + best] as number);
        if (!isWanted(list, score, best)) continue;
        const width = data[row + 2] as number;
        const height = data[row + 3] as number;
        const left = (data[row] as number) - width / 2;
        const top = (data[row + 1] as number) - height / 2;
        addCandidate(
          list,
          left / inputWidth,
          top / inputHeight,
          (left + width) / inputWidth,
          (top + height) / inputHeight,
          score,
          best,
        );
      }
      return ok(undefined);
    }),
  );
};
