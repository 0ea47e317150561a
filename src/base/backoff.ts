// How long to wait before trying again: doubling with jitter, bounded. Chance is an argument.

/** Bounds of a back-off, in milliseconds. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Delay before attempt number `attempt` (0 is the first retry): exponential with "equal jitter", so that a fleet that lost the
 * same broker does not come back in one instant, and nobody waits less than half the step
 * (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
 * @param chance uniform in [0, 1)
 */
export function backoffDelayMs(attempt: number, bounds: BackoffBounds, chance: number): number {
  // 2^30 steps are past any bound we use; the clamp keeps the power finite for a counter that ran for years.
  const stepMs = Math.min(bounds.maxMs, bounds.firstMs * 2 ** Math.min(attempt, 30));
  return stepMs / 2 + (stepMs / 2) * chance;
}
