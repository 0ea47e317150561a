// Whether the service manager may be told that all is well: only while frames that came in got answers. The
// rule is pure; the timer at the end applies it.

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

/** Pings while frames get answers. @returns what ends it; nothing to do where no service manager watches */
export function startWatchdog(
  manager: { readonly watchdogUsec: string | undefined; watchdog(): void },
  progress: () => Progress,
  nowMs: () => number,
): () => void {
  const everyMs = pingEveryMs(manager.watchdogUsec);
  if (everyMs === null) return () => {};
  const timer = setInterval(() => {
    // Three pings make the watchdog time; half of that is the patience that `isAlive` asks for.
    if (isAlive(progress(), nowMs(), everyMs * 1.5)) manager.watchdog();
  }, everyMs);
  return () => clearInterval(timer);
}
