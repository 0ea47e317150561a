// Answers of real models on pictures decoded at a reduced scale and fitted by the addon, against the same with a full decode and against
// ../shared/data's expectations: at most one picture worse on every labelled set.

import { readFileSync } from "node:fs";
import t from "tap";
import type { Box, Detection, ScoredClass } from "../../../src/contract/result.js";
import { loadAddon } from "../../../src/kernels/addon.js";
import { needsSharedData, sharedData } from "../../support/shared-data.js";
import { loadNative, type NativeModel } from "./native-model.js";

const { addon, reason } = loadAddon();
const skip = needsSharedData || (addon?.jpegLibrary() === undefined ? `no native addon: ${reason}` : false);

interface ExpectedClass {
  readonly truth: string;
  readonly sure: boolean;
  readonly top: readonly { readonly label: string }[];
  readonly range: readonly [number, number];
}
interface ExpectedClasses {
  readonly accuracy: { readonly of: number; readonly by_resizer: Readonly<Record<string, number>> };
  readonly frames: Readonly<Record<string, ExpectedClass>>;
}
interface ExpectedBoxes {
  readonly width: number;
  readonly height: number;
  readonly must: readonly Detection[];
  readonly may: readonly Detection[];
}

function expectations<T>(name: string, variant: string, file = "expected"): T {
  return (JSON.parse(readFileSync(sharedData("models", name, `${file}.json`), "utf8")) as Record<string, T>)[
    variant
  ] as T;
}

for (const [name, variants] of [
  ["person-presence", ["fp32-96", "int8-96"]],
  ["waste-sorter", ["160-fp32", "160-uint8", "128-fp32", "128-uint8"]],
] as const) {
  for (const variant of variants) {
    t.test(`${name} ${variant} is at most one picture worse than with a full decode`, { skip }, async (t) => {
      if (addon === null) return;
      const expected = expectations<ExpectedClasses>(name, variant);
      const full = await count(await loadNative(addon, name, variant, true), expected);
      const scaled = await count(await loadNative(addon, name, variant), expected);
      t.comment(JSON.stringify({ full, scaled, others: expected.accuracy.by_resizer }));
      t.ok(scaled.correct >= full.correct - 1, `${scaled.correct} right, with a full decode ${full.correct}`);
      const nearest = Math.min(...Object.values(expected.accuracy.by_resizer).map((n) => Math.abs(n - scaled.correct)));
      t.ok(nearest <= 0.03 * expected.accuracy.of, "as accurate as with one of the known resizers");
      t.ok(scaled.moved <= 0.03 * scaled.sure, `${scaled.moved} of ${scaled.sure} sure answers moved`);
    });
  }
}

async function count(model: NativeModel, expected: ExpectedClasses) {
  const counts = { correct: 0, moved: 0, sure: 0 };
  for (const [path, wanted] of Object.entries(expected.frames)) {
    const answered = await model.answer(readFileSync(sharedData(path)));
    if (answered === null || !("classes" in answered.answer)) throw new Error(`${path} is not taken`);
    const best: ScoredClass | undefined = answered.answer.classes[0];
    if (best?.label === wanted.truth) counts.correct += 1;
    if (!wanted.sure) continue;
    counts.sure += 1;
    const score = best?.score ?? 0;
    const [low, high] = wanted.range;
    if (best?.label !== wanted.top[0]?.label || score < low - 0.05 || score > high + 0.05) counts.moved += 1;
  }
  return counts;
}

for (const [name, variants] of [
  ["face-detector", ["rfb-640", "rfb-320", "slim-320"]],
  ["coco-fastest", ["fp32-352"]],
] as const) {
  for (const variant of variants) {
    t.test(
      `${name} ${variant} finds every box that it must, and next to none that it must not`,
      { skip },
      async (t) => {
        if (addon === null) return;
        const model = await loadNative(addon, name, variant);
        const frames = {
          ...expectations<Record<string, ExpectedBoxes>>(name, variant),
          ...expectations<Record<string, ExpectedBoxes>>(name, variant, "expected-objects"),
        };
        const counts = { must: 0, missed: 0, found: 0, stray: 0, left: 0 };
        for (const [path, { width, height, must, may }] of Object.entries(frames)) {
          const bytes = readFileSync(sharedData(path));
          if (bytes[0] !== 0xff) continue;
          const answered = await model.answer(bytes);
          if (answered === null || !("detections" in answered.answer)) {
            counts.left += 1;
            continue;
          }
          t.same([answered.width, answered.height], [width, height], path);
          const found = answered.answer.detections;
          for (const wanted of must) {
            counts.must += 1;
            if (hasMatch(found, wanted, 0.6)) continue;
            counts.missed += 1;
            t.comment(`${path} missed ${JSON.stringify(wanted)}`);
          }
          counts.found += found.length;
          counts.stray += found.filter((one) => !hasMatch([...must, ...may], one, 0.45)).length;
        }
        t.comment(JSON.stringify(counts));
        t.equal(counts.missed, 0, "boxes that must be found");
        t.ok(counts.stray <= 0.02 * counts.found, `${counts.stray} of ${counts.found} match nothing`);
        t.ok(counts.left <= 1, "only CMYK is left to sharp");
      },
    );
  }
}

function hasMatch(among: readonly Detection[], wanted: Detection, iou: number): boolean {
  return among.some((other) => other.label === wanted.label && overlapOf(other.box, wanted.box) >= iou);
}

function overlapOf(a: Box, b: Box): number {
  const width = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a.w * a.h + b.w * b.h - width * height);
}
