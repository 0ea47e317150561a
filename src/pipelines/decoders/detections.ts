// From candidates to an answer: what all detection decoders share.

import { fail, ok, type Result } from "../../base/result.js";
import type { Box, Detection } from "../../contract/result.js";
import { boxOnPicture, type Geometry } from "../geometry.js";
import { beginFrame, type Candidates, makeCandidates, suppress } from "./candidates.js";
import { roundScore } from "./classes.js";
import type { Decode, DecoderContext, Outputs } from "./decoder.js";
import { labelMask, labelOf } from "./labels.js";
import { notFinite } from "./outputs.js";

/** The keys that all detection decoders have. */
export interface DetectionParams {
  readonly min_score: number;
  readonly nms_iou: number;
  readonly max_detections: number;
}

/** The decoder's own part: reads the outputs and adds every box that is wanted. */
export type FindCandidates = (outputs: Outputs, list: Candidates) => Result<void>;

/** Boxes on the wire: a hundredth of a pixel of a 1000 pixel wide picture. */
const BOX_STEPS = 1e5;

/** @param classes how many the output has, without a background */
export function detectionDecoder(
  params: DetectionParams,
  context: DecoderContext,
  classes: number,
  find: FindCandidates,
): Decode {
  const { labels, key } = context.spec;
  const list = makeCandidates();
  const maskOf = labelMask(labels, classes);
  return (outputs, geometry, settings) => {
    beginFrame(list, settings.minScore ?? params.min_score, maskOf(settings.labels));
    const found = find(outputs, list);
    if (!found.ok) return found;
    if (list.notANumber > 0) return fail(notFinite(key));
    const kept = suppress(list, params.nms_iou);
    return ok(answer(list, kept, params.max_detections, labels, geometry));
  };
}

function answer(
  list: Candidates,
  kept: Uint16Array,
  limit: number,
  labels: readonly string[],
  geometry: Geometry,
): { detections: Detection[]; counts: Record<string, number> } {
  const detections: Detection[] = [];
  const counts: Record<string, number> = {};
  for (const index of kept) {
    if (detections.length === limit) break;
    const corner = 4 * index;
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = list.boxes.subarray(corner, corner + 4);
    const box = boxOnPicture(x0, y0, x1, y1, geometry);
    if (box === null) continue;
    const classId = list.classes[index] ?? 0;
    const label = labelOf(labels, classId);
    detections.push({ label, class_id: classId, score: roundScore(list.scores[index] ?? 0), box: rounded(box) });
    // Own keys only: a label may be called "constructor".
    counts[label] = (Object.hasOwn(counts, label) ? (counts[label] ?? 0) : 0) + 1;
  }
  return { detections, counts };
}

function rounded(box: Box): Box {
  const round = (share: number) => Math.round(share * BOX_STEPS) / BOX_STEPS;
  return { x: round(box.x), y: round(box.y), w: round(box.w), h: round(box.h) };
}
