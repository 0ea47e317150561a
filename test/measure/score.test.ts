// What counts as right, computed by hand.

import fc from "fast-check";
import t from "tap";
import type { Box, Detection } from "../../src/contract/result.js";
import type { LabelledBox } from "../../src/measure/labelled/labelled-frame.js";
import { scoreClassification } from "../../src/measure/score/classification.js";
import { overlap, scoreDetection } from "../../src/measure/score/detection.js";
import type { Outcome } from "../../src/measure/score/outcome.js";
import { scoreRegression } from "../../src/measure/score/regression.js";

t.test("a class is right when the best one is the true label; no class at all is wrong", async (t) => {
  const outcome = (truth: string, ...said: string[]): Outcome => ({
    file: "x.jpg",
    truth: { kind: "label", label: truth },
    answer: { classes: said.map((label, i) => ({ label, class_id: i, score: 0.5 })) },
  });
  const score = scoreClassification([outcome("cat", "cat", "dog"), outcome("cat", "dog", "cat"), outcome("dog")]);

  t.match(score, { of: 3, correct: 1, accuracy: 0.3333 });
  t.same(score.by_label, { cat: { correct: 1, of: 2 }, dog: { correct: 0, of: 1 } });
  t.equal(scoreClassification([]).accuracy, null, "nothing was answered: no accuracy of zero");
});

t.test("the error of a value is told in its unit and in percent of full scale", async (t) => {
  const outcome = (file: string, truth: number, value: number): Outcome => ({
    file,
    truth: { kind: "value", value: truth },
    answer: { values: [{ name: "reading", value, unit: "bar" }] },
  });
  const outcomes = [outcome("a", 1, 1.1), outcome("b", 2, 2), outcome("c", 3, 2.8)];

  t.match(scoreRegression(outcomes, { min: 0, max: 4 }), {
    of: 3,
    unit: "bar",
    mean_abs_error: 0.1,
    p95_abs_error: 0.2,
    error_percent: 2.5,
    worst: { file: "c", value: 2.8, truth: 3 },
  });
  t.equal(scoreRegression(outcomes, null).error_percent, null, "no scale, no percent of it");
  t.match(scoreRegression([], null), { of: 0, mean_abs_error: null, worst: null });
});

const box = (x: number, y: number, w: number, h: number): Box => ({ x, y, w, h });
const seen = (label: string, at: Box): Detection => ({ label, class_id: 0, score: 0.9, box: at });
const frame = (must: LabelledBox[], may: LabelledBox[], detections: Detection[]): Outcome => ({
  file: "x.jpg",
  truth: { kind: "boxes", must, may },
  answer: { detections, counts: {} },
});

t.test("a box must be found with its label, and one that nobody expects is false", async (t) => {
  const face = { label: "face", box: box(0.1, 0.1, 0.2, 0.2) };
  const dim = { label: "face", box: box(0.6, 0.6, 0.2, 0.2) };
  const one = (...detections: Detection[]) => scoreDetection([frame([face], [dim], detections)]);

  t.match(one(seen("face", face.box)), { passed: 1, recall: 1, precision: 1, pass: true });
  t.match(one(seen("face", face.box), seen("face", dim.box)), { passed: 1, precision: 1 }, "what may be is not false");
  t.match(one(seen("cat", face.box)), { passed: 0, recall: 0, precision: 0 }, "another label");
  // Moved by a tenth of its side: IoU 0.18 * 0.2 / (0.08 - 0.036) = 0.82. By a third: 0.5, expected but not found.
  t.match(one(seen("face", box(0.12, 0.1, 0.2, 0.2))), { passed: 1 });
  t.match(one(seen("face", box(0.1 + 0.2 / 3, 0.1, 0.2, 0.2))), { passed: 0, found: 0, expected: 1 });
  t.match(one(seen("face", face.box), seen("face", box(0.8, 0.1, 0.1, 0.1))), { passed: 0, recall: 1, precision: 0.5 });
  t.match(scoreDetection([frame([], [], [])]), { of: 1, passed: 1, recall: null, precision: null, pass: true });
  t.match(scoreDetection([]), { of: 0, pass: false }, "nothing was answered");
});

t.test("two in a hundred boxes may miss, three may not", async (t) => {
  const found = frame([{ label: "a", box: box(0, 0, 1, 1) }], [], [seen("a", box(0, 0, 1, 1))]);
  const missed = frame([{ label: "a", box: box(0, 0, 1, 1) }], [], []);
  const of100 = (misses: number) => [...new Array(100 - misses).fill(found), ...new Array(misses).fill(missed)];

  t.match(scoreDetection(of100(2)), { passed: 98, recall: 0.98, pass: true });
  t.match(scoreDetection(of100(3)), { passed: 97, recall: 0.97, pass: false });
});

t.test("overlap is symmetric, between 0 and 1, and 1 for a box with itself", async (t) => {
  const side = fc.double({ min: 0.001, max: 1, noNaN: true });
  const any = fc.record({ x: fc.double({ min: -1, max: 1, noNaN: true }), y: side, w: side, h: side });
  fc.assert(
    fc.property(any, any, (a, b) => {
      const iou = overlap(a, b);
      return iou === overlap(b, a) && iou >= 0 && iou <= 1 + 1e-9 && Math.abs(overlap(a, a) - 1) < 1e-9;
    }),
  );
  t.equal(overlap(box(0, 0, 0, 0), box(0, 0, 0, 0)), 0, "no area, no division by it");
});
