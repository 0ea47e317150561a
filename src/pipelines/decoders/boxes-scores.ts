// Two outputs: a box and a row of class scores per place, decoded in the graph or as offsets from priors in a file.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fail, ok, type Result } from "../../base/result.js";
import { thrownText } from "../../base/trouble.js";
import { addCandidate, type Candidates, isWanted } from "./candidates.js";
import type { CompileDecoder, DecoderContext, Params } from "./decoder.js";
import { detectionDecoder } from "./detections.js";
import { checkLabels, floatOutput } from "./outputs.js";
import { addFromPrior } from "./priors.js";

type BoxParams = Params<"boxes-scores">;

/** Adds place `i` of the boxes as a candidate. */
type AddBox = (list: Candidates, boxes: Float32Array, i: number, score: number, classId: number) => void;

export const compileBoxesScores: CompileDecoder<"boxes-scores"> = (params, context) => {
  const boxes = floatOutput(context, "boxes", params.boxes, [null, 4], "1 x N x 4 boxes");
  if (!boxes.ok) return boxes;
  const places = boxes.value.shape[0] ?? null;
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
  const adder = params.priors === undefined ? ok(addPlain(params, context)) : addOffset(params, context, places);
  if (!adder.ok) return adder;
  const add = adder.value;
  return ok(
    detectionDecoder(params, context, classes, (outputs, list) => {
      const boxView = boxes.value.read(outputs);
      if (!boxView.ok) return boxView;
      const scoreView = scores.value.read(outputs);
      if (!scoreView.ok) return scoreView;
      const count = Math.min(boxView.value.shape[0] ?? 0, scoreView.value.shape[0] ?? 0);
      eachScore(scoreView.value.data, count, columns, params.background ?? null, list, (i, score, classId) =>
        add(list, boxView.value.data, i, score, classId),
      );
      return ok(undefined);
    }),
  );
};

/**
 * Columns of the scores, and classes among them: the background is none.
 */
export function countClasses(
  context: DecoderContext,
  columns: number | null,
  background: number | undefined,
): Result<{ columns: number; classes: number }> {
  const extra = background === undefined ? 0 : 1;
  const count = columns ?? context.spec.labels.length + extra;
  if (background !== undefined && background >= count) {
    return fail({
      code: "no-such-column",
      where: context.spec.at,
      what: `output.background: the scores have ${count} columns, there is no column ${background}`,
      remedy: `give a number from 0 to ${count - 1}, or leave the key out where no column means background`,
    });
  }
  const labelled = checkLabels(context, count - extra);
  return labelled.ok ? ok({ columns: count, classes: count - extra }) : labelled;
}

/** Every class of every place over the floor: these models score classes independently, so one place may be two things. */
export function eachScore(
  scores: Float32Array,
  count: number,
  columns: number,
  background: number | null,
  list: Candidates,
  take: (place: number, score: number, classId: number) => void,
): void {
  for (let column = 0; column < columns; column++) {
    if (column === background) continue;
    const classId = background !== null && column > background ? column - 1 : column;
    for (let i = 0; i < count; i++) {
      const score = scores[i * columns + column] as number;
      if (isWanted(list, score, classId)) take(i, score, classId);
    }
  }
}

function addPlain(params: BoxParams, context: DecoderContext): AddBox {
  const [width, height] = params.normalized ? [1, 1] : context.spec.inputSize;
  const format = params.box_format;
  return (list, boxes, i, score, classId) => {
    const a = boxes[4 * i] as number;
    const b = boxes[4 * i + 1] as number;
    const c = boxes[4 * i + 2] as number;
    const d = boxes[4 * i + 3] as number;
    if (format === "xyxy") addCandidate(list, a / width, b / height, c / width, d / height, score, classId);
    else if (format === "yxyx") addCandidate(list, b / width, a / height, d / width, c / height, score, classId);
    else {
      const left = a - c / 2;
      const top = b - d / 2;
      addCandidate(list, left / width, top / height, (left + c) / width, (top + d) / height, score, classId);
    }
  };
}

function addOffset(params: BoxParams, context: DecoderContext, places: number | null): Result<AddBox> {
  if (params.priors === undefined) return ok(addPlain(params, context));
  const { file, variances } = params.priors;
  const priors = readPriors(join(context.spec.directory, file), places);
  if (!priors.ok) return priors;
  const [width, height] = params.normalized ? [1, 1] : context.spec.inputSize;
  for (let i = 0; i < priors.value.length; i++) {
    priors.value[i] = (priors.value[i] ?? 0) / (i % 2 === 0 ? width : height);
  }
  const yFirst = params.box_format === "yxyx";
  return ok((list, boxes, i, score, classId) =>
    addFromPrior(list, priors.value, boxes, i, variances, yFirst, score, classId),
  );
}

/** Centre and size of each prior, float32, little endian. Read at load, never per frame. */
function readPriors(path: string, places: number | null): Result<Float32Array> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    return fail({
      code: "priors-missing",
      where: path,
      what: thrownText(thrown),
      remedy: "put the file of `output.priors.file` into the package",
    });
  }
  if (bytes.byteLength % 16 !== 0 || (places !== null && bytes.byteLength !== places * 16)) {
    const wanted = places === null ? "a multiple of 16" : `${places * 16} (${places} boxes of 4 float32)`;
    return fail({
      code: "priors-size",
      where: path,
      what: `the file has ${bytes.byteLength} bytes, not ${wanted}`,
      remedy: "write one prior (cx, cy, w, h as float32, little endian) for each box of the model",
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ok(Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true)));
}
