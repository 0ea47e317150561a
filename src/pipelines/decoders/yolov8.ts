// YOLOv8 (and v9, v11): planes of centre and size in input pixels, then one plane per class, activated in the graph.

import { fail, ok } from "../../base/result.js";
import { addCandidate, isWanted } from "./candidates.js";
import type { CompileDecoder, DecoderContext } from "./decoder.js";
import { detectionDecoder } from "./detections.js";
import { floatOutput, shapeText, type Wanted } from "./outputs.js";
import { bestColumn, classesOfRow } from "./rows.js";

const FIRST_CLASS = 4;

export const compileYolov8: CompileDecoder<"yolov8"> = (params, context) => {
  const [inputWidth, inputHeight] = context.spec.inputSize;
  const output = floatOutput(context, "output", params.output, [null, null], "1 x (4 + classes) x N");
  if (!output.ok) return output;
  const transposed = transposedTrouble(context, output.value.shape);
  if (transposed !== null) return fail(transposed);
  const counted = classesOfRow(context, output.value.shape[0] ?? null, FIRST_CLASS);
  if (!counted.ok) return counted;
  const classes = counted.value;
  return ok(
    detectionDecoder(params, context, classes, (outputs, list) => {
      const view = output.value.read(outputs);
      if (!view.ok) return view;
      const { data, shape } = view.value;
      const places = shape[1] ?? 0;
      for (let i = 0; i < places; i++) {
        const best = bestColumn(data, FIRST_CLASS * places + i, classes, places);
        const score = data[(FIRST_CLASS + best) * places + i] as number;
        if (!isWanted(list, score, best)) continue;
        const width = data[2 * places + i] as number;
        const height = data[3 * places + i] as number;
        const left = (data[i] as number) - width / 2;
        const top = (data[places + i] as number) - height / 2;
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

/** Some exporters turn the output on its side; the labels tell which side is which. */
function transposedTrouble(context: DecoderContext, shape: Wanted) {
  const expected = FIRST_CLASS + context.spec.labels.length;
  const [planes, places] = shape;
  if (context.spec.labels.length === 0 || planes === expected || places !== expected) return null;
  return {
    code: "wrong-output-shape",
    where: context.spec.at,
    what: `the output is ${shapeText(shape)}: one row per box instead of one plane per number`,
    remedy: "export the model without the transpose at its end",
  };
}
