// Which of many equal troubles are written: the first at once, the rest as a count at growing intervals. Pure: time is an argument.

/** A person who looks after a minute sees that it goes on; a trouble of weeks fills no disk. */
const FIRST_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;
/** Places come from the world (topics, files), so their number is bounded; the one that was quiet longest is forgotten. */
const MAX_KEYS = 256;

interface Repeats {
  /** Since the first. */
  times: number;
  writtenTimes: number;
  writtenAtMs: number;
  seenAtMs: number;
  waitMs: number;
}

export class RepeatLimit {
  /** Oldest use first. */
  readonly #seen = new Map<string, Repeats>();

  /** @returns how often it was seen in this row, if it shall be written now; null if it was only counted */
  see(key: string, nowMs: number): number | null {
    const known = this.#seen.get(key);
    this.#seen.delete(key);
    // Quiet for the longest interval: what comes now is news again.
    if (known === undefined || nowMs - known.seenAtMs > MAX_WAIT_MS) {
      const first = { times: 1, writtenTimes: 1, writtenAtMs: nowMs, seenAtMs: nowMs, waitMs: FIRST_WAIT_MS };
      this.#keep(key, first);
      return 1;
    }
    known.times += 1;
    known.seenAtMs = nowMs;
    this.#keep(key, known);
    if (nowMs - known.writtenAtMs < known.waitMs) return null;
    known.writtenTimes = known.times;
    known.writtenAtMs = nowMs;
    known.waitMs = Math.min(MAX_WAIT_MS, known.waitMs * 2);
    return known.times;
  }

  /** What was counted and not written yet, and forgets all: for the last lines of a log. */
  unwritten(): { readonly key: string; readonly times: number }[] {
    const open = [...this.#seen].filter(([, repeats]) => repeats.times > repeats.writtenTimes);
    this.#seen.clear();
    return open.map(([key, { times }]) => ({ key, times }));
  }

  #keep(key: string, repeats: Repeats): void {
    this.#seen.set(key, repeats);
    const oldest = this.#seen.size > MAX_KEYS ? this.#seen.keys().next().value : undefined;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}
