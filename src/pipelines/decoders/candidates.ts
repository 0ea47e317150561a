// Boxes that may be detections, between a decoder's loop and the answer: bounded, without an allocation per box, and thinned by
// greedy non-maximum suppression per class. Coordinates are shares (0..1) of the model's input.

import type { LabelMask } from "./labels.js";

/**
 * Suppression compares pairs, so its cost grows with the square: of 1024 boxes it takes a few milliseconds at worst. A frame with more
 * real objects than that is none that these models see.
 */
const KEPT = 1024;
/** Twice as many are gathered before the weaker half goes, so that the sorting costs little per box. */
const CAPACITY = 2 * KEPT;

export interface Candidates {
  /** x0, y0, x1, y1 of each. */
  boxes: Float32Array;
  scores: Float32Array;
  classes: Int32Array;
  count: number;
  /** Scores below are not wanted: the smallest allowed, and higher once stronger ones fill the list. */
  floor: number;
  mask: LabelMask;
  /** Scores that were NaN: the model is broken, not the scene empty. */
  notANumber: number;
  /** How many left because stronger ones filled the list. */
  dropped: number;
  /** Indices, best first, after `suppress` those that stay. */
  readonly order: Uint16Array;
  readonly gone: Uint8Array;
  readonly spare: { boxes: Float32Array; scores: Float32Array; classes: Int32Array };
}

export function makeCandidates(): Candidates {
  const arrays = () => ({
    boxes: new Float32Array(4 * CAPACITY),
    scores: new Float32Array(CAPACITY),
    classes: new Int32Array(CAPACITY),
  });
  return {
    ...arrays(),
    count: 0,
    floor: 0,
    mask: null,
    notANumber: 0,
    dropped: 0,
    order: new Uint16Array(CAPACITY),
    gone: new Uint8Array(CAPACITY),
    spare: arrays(),
  };
}

/** Empties the list for the next frame. */
export function beginFrame(list: Candidates, minScore: number, mask: LabelMask): void {
  list.count = 0;
  list.floor = minScore;
  list.mask = mask;
  list.notANumber = 0;
  list.dropped = 0;
}

/** Whether a box with this score would be taken; asked before a decoder works the box out. */
export function isWanted(list: Candidates, score: number, classId: number): boolean {
  if (score >= list.floor) return list.mask === null || list.mask[classId] === 1;
  // Below the floor, or not a number.
  if (Number.isNaN(score)) list.notANumber += 1;
  return false;
}

/** Adds a box whose score `isWanted`. One without area, or not finite, is left out: some anchors of a healthy model give those. */
export function addCandidate(
  list: Candidates,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  score: number,
  classId: number,
): void {
  // The difference is NaN or infinite where one of the corners is.
  if (!(x1 - x0 > 0 && x1 - x0 < Number.POSITIVE_INFINITY && y1 - y0 > 0 && y1 - y0 < Number.POSITIVE_INFINITY)) return;
  if (list.count === CAPACITY) keepStronger(list);
  if (score < list.floor) return;
  const at = list.count;
  list.boxes[4 * at] = x0;
  list.boxes[4 * at + 1] = y0;
  list.boxes[4 * at + 2] = x1;
  list.boxes[4 * at + 3] = y1;
  list.scores[at] = score;
  list.classes[at] = classId;
  list.count = at + 1;
}

/**
 * Greedy suppression per class: the strongest stays, those of its class that overlap it by more than `iou` go, and so on.
 * @returns the indices that stay, best first; valid until the next call
 */
export function suppress(list: Candidates, iou: number): Uint16Array {
  if (list.count > KEPT) keepStronger(list);
  const order = sortByScore(list);
  const { boxes, classes, gone } = list;
  gone.fill(0, 0, list.count);
  let kept = 0;
  for (let i = 0; i < order.length; i++) {
    const strong = order[i] as number;
    if (gone[strong] === 1) continue;
    for (let j = i + 1; j < order.length; j++) {
      const weak = order[j] as number;
      if (gone[weak] === 1 || classes[weak] !== classes[strong]) continue;
      if (overlap(boxes, 4 * strong, 4 * weak) > iou) gone[weak] = 1;
    }
    // In place: what stays is never more than what was read.
    order[kept++] = strong;
  }
  return order.subarray(0, kept);
}

/** Intersection over union of two boxes with area, by their places in the array. */
export function overlap(boxes: Float32Array, a: number, b: number): number {
  const ax0 = boxes[a] as number;
  const ay0 = boxes[a + 1] as number;
  const ax1 = boxes[a + 2] as number;
  const ay1 = boxes[a + 3] as number;
  const bx0 = boxes[b] as number;
  const by0 = boxes[b + 1] as number;
  const bx1 = boxes[b + 2] as number;
  const by1 = boxes[b + 3] as number;
  const width = Math.min(ax1, bx1) - Math.max(ax0, bx0);
  const height = Math.min(ay1, by1) - Math.max(ay0, by0);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / ((ax1 - ax0) * (ay1 - ay0) + (bx1 - bx0) * (by1 - by0) - both);
}

/** Indices by falling score; equal scores keep the order in which they came, so that the same frame gives the same answer. */
function sortByScore(list: Candidates): Uint16Array {
  const { scores } = list;
  const order = list.order.subarray(0, list.count);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

function keepStronger(list: Candidates): void {
  const order = sortByScore(list);
  const { boxes, scores, classes, spare } = list;
  for (let to = 0; to < KEPT; to++) {
    const from = order[to] as number;
    spare.boxes.set(boxes.subarray(4 * from, 4 * from + 4), 4 * to);
    spare.scores[to] = scores[from] as number;
    spare.classes[to] = classes[from] as number;
  }
  [list.boxes, spare.boxes] = [spare.boxes, boxes];
  [list.scores, spare.scores] = [spare.scores, scores];
  [list.classes, spare.classes] = [spare.classes, classes];
  list.dropped += list.count - KEPT;
  list.count = KEPT;
  list.floor = Math.max(list.floor, list.scores[KEPT - 1] as number);
}
