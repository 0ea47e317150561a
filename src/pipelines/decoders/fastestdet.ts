// FastestDet: one grid with planes for objectness, box and classes (GitHub dog-qiuqiu/FastestDet at 50473cd1).

import { ok } from "../../base/result.js";
import { addCandidate, isWanted } from "./candidates.js";
import type { CompileDecoder } from "./decoder.js";
import { detectionDecoder } from "./detections.js";
import { floatOutput } from "./outputs.js";
import { bestColumn, classesOfRow } from "./rows.js";
import { sigmoid } from "./sigmoid.js";

const FIRST_CLASS = 5;
/** score = objectness^0.6 * class^0.4: the model's own weights, both are probabilities already. */
const OBJECT_POWER = 0.6;
const CLASS_POWER = 0.4;

export const compileFastestdet: CompileDecoder<"fastestdet"> = (params, context) => {
  const output = floatOutput(context, "output", params.output, [null, null, null], "1 x (5 + classes) x H x W");
  if (!output.ok) return output;
  const counted = classesOfRow(context, output.value.shape[0] ?? null, FIRST_CLASS);
  if (!counted.ok) return counted;
  const classes = counted.value;
  return ok(
    detectionDecoder(params, context, classes, (outputs, list) => {
      const view = output.value.read(outputs);
      if (!view.ok) return view;
      const { data, shape } = view.value;
      const [, rows = 0, columns = 0] = shape;
      const plane = rows * columns;
      for (let i = 0; i < plane; i++) {
        // The class' share is at most 1, so most cells are done here, without a second power.
        const objectness = power(data[i] as number, OBJECT_POWER);
        if (objectness < list.floor) continue;
        const best = bestColumn(data, FIRST_CLASS * plane + i, classes, plane);
        const score = objectness * power(data[(FIRST_CLASS + best) * plane + i] as number, CLASS_POWER);
        if (!isWanted(list, score, best)) continue;
        const centreX = ((i % columns) + Math.tanh(data[plane + i] as number)) / columns;
        const centreY = (Math.floor(i / columns) + Math.tanh(data[2 * plane + i] as number)) / rows;
        const halfWidth = sigmoid(data[3 * plane + i] as number) / 2;
        const halfHeight = sigmoid(data[4 * plane + i] as number) / 2;
        addCandidate(
          list,
          centreX - halfWidth,
          centreY - halfHeight,
          centreX + halfWidth,
          centreY + halfHeight,
          score,
          best,
        );
      }
      return ok(undefined);
    }),
  );
};

/** A quantised graph may give a hair less than nothing, whose root would be NaN. NaN itself stays, to be noticed. */
function power(probability: number, exponent: number): number {
  return Math.max(0, probability) ** exponent;
}
