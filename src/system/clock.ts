// The clock of a running program. Tests and simulations hand in their own.

import type { Clock } from "../contract/clock.js";

export const systemClock: Clock = {
  // Does not jump when the wall clock is set: a board without a battery starts in 1970 and learns the time minutes later.
  monotonicMs: () => performance.now(),
  isoNow: () => new Date().toISOString(),
};
