// Suppression and its bounds, against a slow reference that has none.

import fc from "fast-check";
import t from "tap";
import {
  addCandidate,
  beginFrame,
  isWanted,
  makeCandidates,
  suppress,
} from "../../../src/pipelines/decoders/candidates.js";

interface Candidate {
  readonly box: readonly [number, number, number, number];
  readonly score: number;
  readonly classId: number;
}

const unit = fc.integer({ min: 0, max: 64 }).map((steps) => steps / 64);
const candidate: fc.Arbitrary<Candidate> = fc
  .tuple(unit, unit, fc.integer({ min: 1, max: 32 }), fc.integer({ min: 1, max: 32 }), unit, fc.nat(2))
  .map(([x, y, w, h, score, classId]) => ({ box: [x, y, x + w / 64, y + h / 64], score, classId }));

function run(all: readonly Candidate[], minScore: number, iou: number): Candidate[] {
  const list = makeCandidates();
  beginFrame(list, minScore, null);
  for (const { box, score, classId } of all)
    if (isWanted(list, score, classId)) addCandidate(list, ...box, score, classId);
  return [...suppress(list, iou)].map((i) => {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = list.boxes.subarray(4 * i, 4 * i + 4);
    return { box: [x0, y0, x1, y1], score: list.scores[i] ?? 0, classId: list.classes[i] ?? 0 };
  });
}

function iouOf({ box: a }: Candidate, { box: b }: Candidate): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const both = width > 0 && height > 0 ? width * height : 0;
  return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}

/** Greedy suppression as the papers write it. */
function reference(all: readonly Candidate[], minScore: number, iou: number): Candidate[] {
  const rest = all.filter(({ score }) => score >= minScore).sort((a, b) => b.score - a.score);
  const kept: Candidate[] = [];
  for (const one of rest) {
    if (!kept.some((strong) => strong.classId === one.classId && iouOf(strong, one) > iou)) kept.push(one);
  }
  return kept;
}

t.test("what stays is what the plain algorithm keeps, in its order", async (t) => {
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 60 }), unit, unit, (all, minScore, iou) => {
      // Exact: sixty-fourths and their products fit into a float32.
      t.same(run(all, minScore, iou), reference(all, minScore, iou));
    }),
    { numRuns: 300 },
  );
  t.pass();
});

t.test("of more boxes than fit, the strongest stay, whatever their order", async (t) => {
  const crowd = Array.from({ length: 10_000 }, (_, i): Candidate => {
    const x = (i % 100) / 100;
    const y = Math.floor(i / 100) / 100;
    // A walk through all scores that is neither rising nor falling.
    return { box: [x, y, x + 0.005, y + 0.005], score: ((i * 7919) % 10_000) / 10_000, classId: 0 };
  });
  const kept = run(crowd, 0, 0.5);
  t.equal(kept.length, 1024);
  t.same(
    kept.map(({ score }) => Math.round(score * 10_000)),
    Array.from({ length: 1024 }, (_, i) => 9999 - i),
  );
});

t.test("boxes that are not finite or have no area never count, a score that is no number is noticed", async (t) => {
  const list = makeCandidates();
  beginFrame(list, 0.1, null);
  const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of bad) {
    for (let corner = 0; corner < 4; corner++) {
      const box: [number, number, number, number] = [0, 0, 1, 1];
      box[corner] = value;
      addCandidate(list, ...box, 0.9, 0);
    }
  }
  addCandidate(list, 0.5, 0.5, 0.5, 0.9, 0.9, 0);
  addCandidate(list, 0.6, 0.5, 0.5, 0.9, 0.9, 0);
  t.equal(list.count, 0);
  t.notOk(isWanted(list, Number.NaN, 0));
  t.equal(list.notANumber, 1);
});
