// The whole chain, decode to answer, on every image package of ../shared/data against the answers of a plain reference (full
// decode, float arithmetic; tolerances as its README gives them).

import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import t from "tap";
import type { Answer, Box, Detection, ScoredClass } from "../../src/contract/result.js";
import { PACKAGE_SETTINGS } from "../../src/contract/variant.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";
import { frameOf, loadReal, REAL_VARIANTS } from "./real-model.js";

interface ExpectedBoxes {
  readonly width: number;
  readonly height: number;
  readonly must: readonly Detection[];
  readonly may: readonly Detection[];
}
interface ExpectedClass {
  readonly truth: string;
  readonly sure: boolean;
  readonly top: readonly { readonly label: string }[];
  readonly range: readonly [number, number];
  readonly accept?: readonly string[];
}
interface ExpectedClasses {
  readonly accuracy: { readonly of: number; readonly by_resizer: Readonly<Record<string, number>> };
  readonly frames: Readonly<Record<string, ExpectedClass>>;
}

/** Overlap at which a box counts as the expected one: the stricter for those that must be found. */
const MUST_IOU = 0.6;
const ANY_IOU = 0.45;
/** Decoders and resizers differ: so many of a hundred detections may match nothing. */
const STRAY_SHARE = 0.02;

const skip = needsSharedData;
const detectors = ["face-detector", "coco-fastest"] as const;
const classifiers = ["imagenet-mobilenet", "waste-sorter", "person-presence"] as const;

for (const name of detectors) {
  for (const variant of REAL_VARIANTS[name]) {
    t.test(
      `${name} ${variant} finds every box that it must, and next to none that it must not`,
      { skip },
      async (t) => {
        const model = await loadReal(name, variant);
        const expected = {
          ...frames<ExpectedBoxes>(name, "expected", variant),
          ...frames<ExpectedBoxes>(name, "expected-objects", variant),
        };
        t.ok(Object.keys(expected).length > 10);
        const counts = { found: 0, stray: 0 };
        for (const [path, { width, height, must, may }] of Object.entries(expected)) {
          const { answer, picture } = await model.answer(frameOf(path));
          t.same([picture.width, picture.height], [width, height], `${path}: size as displayed`);
          const detections = detectionsOf(answer);
          for (const wanted of must) t.ok(hasMatch(detections, wanted, MUST_IOU), `${path}: ${JSON.stringify(wanted)}`);
          counts.found += detections.length;
          counts.stray += detections.filter((detection) => !hasMatch([...must, ...may], detection, ANY_IOU)).length;
          t.ok(detections.every(liesOnPicture), `${path}: boxes stay on the picture`);
        }
        t.ok(counts.stray <= STRAY_SHARE * counts.found, `${counts.stray} of ${counts.found} match nothing`);
      },
    );
  }
}

for (const name of classifiers) {
  for (const variant of REAL_VARIANTS[name]) {
    t.test(`${name} ${variant} names what the reference is sure of, and is as accurate`, { skip }, async (t) => {
      const model = await loadReal(name, variant);
      const { accuracy, frames } = expectations<ExpectedClasses>(name, "expected", variant);
      let correct = 0;
      for (const [path, wanted] of Object.entries(frames)) {
        const best = classesOf((await model.answer(frameOf(path))).answer)[0];
        if (best !== undefined && isAccepted(wanted, best)) correct += 1;
        if (!wanted.sure) continue;
        const [low, high] = wanted.range;
        const score = best?.score ?? Number.NaN;
        if (best?.label !== wanted.top[0]?.label || score < low - 0.05 || score > high + 0.05) {
          t.fail(`${path}: ${JSON.stringify(best)} instead of ${JSON.stringify(wanted)}`);
        }
      }
      const nearest = Math.min(...Object.values(accuracy.by_resizer).map((count) => Math.abs(count - correct)));
      t.ok(nearest <= 0.03 * accuracy.of, `${correct} of ${accuracy.of} right, ${JSON.stringify(accuracy.by_resizer)}`);
    });
  }
}

t.test("person-presence keeps 78 of 81, whose number falls first with a worse filter", { skip }, async (t) => {
  for (const variant of REAL_VARIANTS["person-presence"]) {
    const model = await loadReal("person-presence", variant);
    let correct = 0;
    for (const [path, { truth }] of Object.entries(
      expectations<ExpectedClasses>("person-presence", "expected", variant).frames,
    )) {
      if (classesOf((await model.answer(frameOf(path))).answer)[0]?.label === truth) correct += 1;
    }
    t.ok(correct >= 78, `${variant}: ${correct} of 81`);
  }
});

t.test("the digits are read from gray pictures as well as their makers measured", { skip }, async (t) => {
  for (const [variant, least] of [
    ["wide", 300],
    ["narrow", 295],
  ] as const) {
    const model = await loadReal("digits", variant);
    let correct = 0;
    for (const digit of readdirSync(sharedData("digits", "labelled"))) {
      for (const file of readdirSync(sharedData("digits", "labelled", digit))) {
        const { answer } = await model.answer(frameOf("digits", "labelled", digit, file));
        if (classesOf(answer)[0]?.label === digit) correct += 1;
      }
    }
    t.ok(correct >= least, `${variant}: ${correct} of 300`);
  }
});

t.test("one photo gives the same faces in every form that a camera or a person may send", { skip }, async (t) => {
  const model = await loadReal("face-detector", "rfb-640");
  const upright = detectionsOf((await model.answer(frameOf("frames/faces/15.jpg"))).answer);
  // Of its own size, other than the photo's, or another photo.
  const others = ["1x1.jpg", "odd-size-333x251.jpg", "full-hd.jpg", "uhd.jpg", "long-exif.jpg", "trailing-garbage.jpg"];
  for (const file of readdirSync(sharedData("frames", "odd")).filter((file) => !others.includes(file))) {
    const found = detectionsOf((await model.answer(frameOf("frames/odd", file))).answer);
    const sure = upright.filter((face) => face.score > 0.9);
    for (const face of sure) t.ok(hasMatch(found, face, MUST_IOU), `${basename(file)}: ${JSON.stringify(face.box)}`);
    t.ok(Math.abs(found.length - upright.length) <= 1, `${file}: ${found.length} faces, upright ${upright.length}`);
  }
});

t.test(
  "a pipeline's labels, threshold and number of classes change the answer without a new model",
  { skip },
  async (t) => {
    const detector = await loadReal("coco-fastest", "fp32-352");
    const frame = frameOf("frames/street/0.jpg");
    const people = detectionsOf((await detector.answer(frame, { ...PACKAGE_SETTINGS, labels: ["person"] })).answer);
    t.ok(people.length > 0 && people.every((detection) => detection.label === "person"));
    const few = detectionsOf((await detector.answer(frame, { ...PACKAGE_SETTINGS, minScore: 0.85 })).answer);
    t.ok(few.length > 0 && few.every((detection) => detection.score >= 0.85));
    const classifier = await loadReal("waste-sorter", "128-fp32");
    const photo = frameOf("photos/objects/coffee.jpg");
    t.equal(classesOf((await classifier.answer(photo)).answer).length, 3, "top_k of the package");
    const two = { ...PACKAGE_SETTINGS, labels: ["glass", "paper"] };
    t.same(
      classesOf((await classifier.answer(photo, two)).answer)
        .map((found) => found.label)
        .sort(),
      ["glass", "paper"],
    );
  },
);

function expectations<T>(name: string, file: string, variant: string): T {
  const all = JSON.parse(readFileSync(sharedData("models", name, `${file}.json`), "utf8")) as Record<string, T>;
  const found = all[variant];
  if (found === undefined) throw new Error(`${name} expects nothing of ${variant}`);
  return found;
}

function frames<T>(name: string, file: string, variant: string): Record<string, T> {
  return expectations<Record<string, T>>(name, file, variant);
}

function detectionsOf(answer: Answer): readonly Detection[] {
  if (!("detections" in answer)) throw new Error("no detections");
  return answer.detections;
}

function classesOf(answer: Answer): readonly ScoredClass[] {
  if (!("classes" in answer)) throw new Error("no classes");
  return answer.classes;
}

/** ImageNet joins synonyms with commas, and knows 118 breeds of dogs, which the expectations name as a range. */
function isAccepted({ accept, truth }: ExpectedClass, { label, class_id }: ScoredClass): boolean {
  if (accept === undefined) return label === truth;
  const isDog = accept.some((name) => name.startsWith("any dog breed")) && class_id >= 152 && class_id <= 269;
  return isDog || label.split(", ").some((name) => accept.includes(name));
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

function liesOnPicture({ box }: Detection): boolean {
  return box.x >= 0 && box.y >= 0 && box.x + box.w <= 1.00001 && box.y + box.h <= 1.00001;
}
