// Whether the service manager may be told that all is well: only while frames that came in got answers. Pure.

/** What the daemon counts for it. Answers include refused frames: a bad frame that was found bad is a job done. */
export interface Progress {
  /** When the last frame was given to the engine or an answer came back while none waited; monotonic ms. */
  readonly lastProgressAtMs: number;
  /** Frames that wait in slots or are in the engine. */
  readonly waiting: number;
}

/**
 * @param patienceMs how long a frame may wait for any progress at all; a half of the watchdog time leaves one more ping
 * @returns true when nothing waits, or something moved within the patience
 */
export function isAlive(progress: Progress, nowMs: number, patienceMs: number): boolean {
  return progress.waiting === 0 || nowMs - progress.lastProgressAtMs <= patienceMs;
}

/** How often to ping: a third of the time allowed, so that one lost ping is no restart (sd_watchdog_enabled(3) advises half). */
export function pingEveryMs(watchdogUsec: string | undefined): number | null {
  const micros = Number(watchdogUsec);
  return Number.isFinite(micros) && micros > 0 ? Math.max(100, micros / 1000 / 3) : null;
}
