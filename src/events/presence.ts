// Whether something is there, and how many, from answers that flicker: one step per answer, with hysteresis. Knows no label.

/** What is remembered of one label, in the whole picture or in one zone. */
export interface Presence {
  readonly isPresent: boolean;
  /** It was believed once: from then on it is shown, with 0 while absent. */
  readonly wasPresent: boolean;
  /** As a hub is shown: moves only as far as two answers in a row agree. 0 exactly while absent. */
  readonly count: number;
  /** In the answer before. */
  readonly lastCount: number;
  /** Answers in a row without it. */
  readonly misses: number;
  /** Monotonic. */
  readonly seenAtMs: number;
}

export const ABSENT: Presence = {
  isPresent: false,
  wasPresent: false,
  count: 0,
  lastCount: 0,
  misses: 0,
  seenAtMs: Number.NEGATIVE_INFINITY,
};

/** It is gone after so many answers without it: detectors miss a still person in one frame of ten, seldom in three in a row … */
export const ABSENT_AFTER_ANSWERS = 3;
/** … which at 30 frames a second is only a tenth of a second, so that this long must pass as well. */
export const ABSENT_AFTER_MS = 1500;
/** A camera that sends a frame a minute: after so long, one answer without it is enough. */
export const SURELY_ABSENT_AFTER_MS = 30_000;

/**
 * A score this far up is believed at once; below, it takes two answers in a row. Halfway from the threshold to 1: false
 * detections crowd just above the threshold, whatever it is.
 */
export function sureScore(minScore: number): number {
  return (minScore + 1) / 2;
}

/** @param isSure whether the best of them has at least the sure score */
export function stepPresence(before: Presence, count: number, isSure: boolean, atMs: number): Presence {
  if (count === 0) return missed(before, atMs);
  const seen = { lastCount: count, misses: 0, seenAtMs: atMs, isPresent: true, wasPresent: true };
  if (before.isPresent) return { ...seen, count: settledCount(before, count) };
  if (isSure) return { ...seen, count };
  if (before.lastCount > 0) return { ...seen, count: Math.min(count, before.lastCount) };
  return { ...before, lastCount: count, misses: 0, seenAtMs: atMs };
}

function missed(before: Presence, atMs: number): Presence {
  if (!before.isPresent) return before.lastCount === 0 ? before : { ...before, lastCount: 0 };
  const misses = before.misses + 1;
  const sinceMs = atMs - before.seenAtMs;
  const isGone = sinceMs >= SURELY_ABSENT_AFTER_MS || (misses >= ABSENT_AFTER_ANSWERS && sinceMs >= ABSENT_AFTER_MS);
  return isGone ? { ...ABSENT, wasPresent: true, seenAtMs: before.seenAtMs } : { ...before, lastCount: 0, misses };
}

/** Up to what two answers in a row both reach, down to what both stay under; a lone outlier moves nothing. */
function settledCount(before: Presence, count: number): number {
  // An answer without it, in between, says nothing about how many there are.
  if (before.lastCount === 0) return before.count;
  const low = Math.min(count, before.lastCount);
  const high = Math.max(count, before.lastCount);
  return Math.min(Math.max(before.count, low), high);
}
