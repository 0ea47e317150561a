// Time as an argument: edges and roots get a clock, tests hand in their own. P rooms get numbers.

export interface Clock {
  /** Monotonic milliseconds; for every computation. */
  monotonicMs(): number;
  /** Wall time as ISO 8601 text; for documents only. */
  isoNow(): string;
}
