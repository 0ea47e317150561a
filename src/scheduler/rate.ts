// `max_fps` as a spacing of starts in time: when may the next frame start, given when this one did.

/** Milliseconds from start to start at the highest rate; 0 where there is no limit. */
export function spacingMs(maxFps: number | null): number {
  return maxFps === null ? 0 : 1000 / maxFps;
}

/**
 * When the next frame may start, after one that was due at `dueMs` started at `nowMs`.
 *
 * The due times lie on a grid, so that the late timers and busy engines of the real world do not lower the average: who starts 30 ms
 * late is next due 30 ms sooner. The credit ends at half a spacing (the generic cell rate algorithm of ITU-T I.371, with that tolerance):
 * with less than a whole one, any window of n spacings holds at most n + 1 starts, as if every start had been on time.
 */
export function nextDueAfter(dueMs: number, nowMs: number, spacing: number): number {
  return Math.max(dueMs + spacing, nowMs + spacing / 2);
}
