// Compiles a decoder against given tensors and runs it on them once.

import type { Result } from "../../../src/base/result.js";
import type { Answer, Detection } from "../../../src/contract/result.js";
import type { Tensor } from "../../../src/contract/tensor.js";
import { type AnswerSettings, PACKAGE_SETTINGS } from "../../../src/contract/variant.js";
import { compileDecoder } from "../../../src/pipelines/decoders/table.js";
import { expectOk, infoOf, makeSpec, type SpecParts, sameSize } from "../spec.js";

export type Tensors = Readonly<Record<string, Tensor>>;

/** The trouble of the compilation or of the run, or the answer. */
export function decode(
  parts: SpecParts,
  tensors: Tensors,
  settings: AnswerSettings = PACKAGE_SETTINGS,
): Result<Answer> {
  const spec = makeSpec(parts);
  const outputs = Object.entries(tensors).map(([name, tensor]) => infoOf(name, tensor));
  const compiled = compileDecoder({ spec, outputs });
  if (!compiled.ok) return compiled;
  return compiled.value(new Map(Object.entries(tensors)), sameSize(spec.inputSize), settings);
}

/** Detections as `label score x,y,w,h` in pixels of the input, which the picture equals. */
export function detected(parts: SpecParts, tensors: Tensors, settings?: AnswerSettings): string[] {
  const answer = expectOk(decode(parts, tensors, settings));
  if (!("detections" in answer)) throw new Error("no detections");
  const [width, height] = parts.inputSize ?? [64, 64];
  return answer.detections.map(({ label, score, box }: Detection) => {
    const pixels = [box.x * width, box.y * height, box.w * width, box.h * height].map((side) =>
      Number(side.toFixed(1)),
    );
    return `${label} ${Number(score.toFixed(3))} ${pixels.join(",")}`;
  });
}
