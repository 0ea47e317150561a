// Accuracy of variants on labelled data: one variant in memory at a time, since a small board holds one more easily than
// all. What is wrong with a frame or a variant costs that one only.

import type { Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import { PACKAGE_SETTINGS, type VariantSpec } from "../contract/variant.js";
import type { ResidentVariant } from "../engine/child/resident.js";
import type { ModelPackage } from "../models/read-package.js";
import type { EvalDocument, VariantEval } from "./eval-document.js";
import type { LabelledData, LabelledFrame } from "./labelled/labelled-frame.js";
import { readPicture } from "./picture-file.js";
import type { Outcome } from "./score/outcome.js";
import { scoreOf } from "./score/score.js";

export interface EvaluateParts {
  load(spec: VariantSpec): Promise<Result<ResidentVariant>>;
  /** Ends the work before the next frame; what was measured until then is in the document. */
  readonly signal: AbortSignal;
  /** A variant that can't be measured, or a frame that can't be answered (`where` is its file). */
  onTrouble(trouble: Trouble): void;
  onProgress(variant: string, done: number, of: number): void;
}

export async function evaluate(
  model: ModelPackage,
  variants: readonly VariantSpec[],
  data: LabelledData,
  parts: EvaluateParts,
): Promise<EvalDocument> {
  const measured: VariantEval[] = [];
  for (const spec of variants) {
    if (parts.signal.aborted) break;
    measured.push(await evaluateVariant(model, spec, data, parts));
  }
  const { name, version } = model.manifest;
  return {
    schema: "isotherm.eval/1",
    model: { name, version },
    data: data.source,
    complete: !parts.signal.aborted,
    variants: measured,
  };
}

async function evaluateVariant(
  model: ModelPackage,
  spec: VariantSpec,
  data: LabelledData,
  parts: EvaluateParts,
): Promise<VariantEval> {
  const head = { variant: spec.variant, declared: spec.accuracy };
  const unmeasured = (frames: number, trouble: Trouble): VariantEval => {
    parts.onTrouble(trouble);
    return { ...head, frames, bad: 0, score: null, trouble };
  };
  const frames = data.framesFor(spec.variant);
  if (!frames.ok) return unmeasured(0, frames.trouble);
  const resident = await parts.load(spec);
  if (!resident.ok) return unmeasured(frames.value.length, resident.trouble);
  try {
    const { outcomes, bad } = await answerAll(frames.value, resident.value, parts);
    return { ...head, frames: frames.value.length, bad, score: scoreOf(model.manifest, outcomes), trouble: null };
  } finally {
    await resident.value.release();
  }
}

async function answerAll(
  frames: readonly LabelledFrame[],
  variant: ResidentVariant,
  parts: EvaluateParts,
): Promise<{ outcomes: Outcome[]; bad: number }> {
  const outcomes: Outcome[] = [];
  let bad = 0;
  for (const [i, { path, truth }] of frames.entries()) {
    if (parts.signal.aborted) break;
    const picture = await readPicture(path);
    const answered = picture.ok ? await variant.answer(picture.value, PACKAGE_SETTINGS) : picture;
    if (answered.ok) {
      outcomes.push({ file: path, truth, answer: answered.value.answer });
    } else {
      bad += 1;
      parts.onTrouble({ ...answered.trouble, where: path });
    }
    parts.onProgress(variant.spec.variant, i + 1, frames.length);
  }
  return { outcomes, bad };
}
