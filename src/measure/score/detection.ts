// Are the boxes found that must be, and none besides those that may be. The rules are those of ../shared/data: a truth box may
// satisfy several detections and the other way round, since suppression of doubles is measured by the model's own NMS. Pure.

import type { Box, Detection } from "../../contract/result.js";
import type { DetectionScore } from "../eval-document.js";
import type { LabelledBox } from "../labelled/labelled-frame.js";
import { type Outcome, share } from "./outcome.js";

/** Overlap from which a `must` counts as found: decoders and resizers move a small box by a few pixels. */
const FOUND_IOU = 0.6;
/** Overlap from which a detection is not a false one; lower, since `may` boxes are the uncertain ones. */
const EXPECTED_IOU = 0.45;
/** Share that may miss: near the threshold, a last bit of the resize decides. */
const TOLERATED = 0.02;

export function scoreDetection(outcomes: readonly Outcome[]): DetectionScore {
  let [passed, of, must, found, detections, expected] = [0, 0, 0, 0, 0, 0];
  for (const { truth, answer } of outcomes) {
    if (truth.kind !== "boxes" || !("detections" in answer)) continue;
    const seen = answer.detections;
    const foundHere = truth.must.filter((box) => seen.some((one) => matches(one, box, FOUND_IOU))).length;
    const known = [...truth.must, ...truth.may];
    const expectedHere = seen.filter((one) => known.some((box) => matches(one, box, EXPECTED_IOU))).length;
    of += 1;
    must += truth.must.length;
    found += foundHere;
    detections += seen.length;
    expected += expectedHere;
    if (foundHere === truth.must.length && expectedHere === seen.length) passed += 1;
  }
  return {
    kind: "detection",
    ...{ of, passed, must, found, recall: share(found, must) },
    ...{ detections, expected, precision: share(expected, detections) },
    pass: of > 0 && must - found <= TOLERATED * must && detections - expected <= TOLERATED * detections,
  };
}

function matches(detection: Detection, known: LabelledBox, leastIou: number): boolean {
  return detection.label === known.label && overlap(detection.box, known.box) >= leastIou;
}

/** Intersection over union; 0 for boxes without area. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.w * a.h + b.w * b.h - shared);
}
