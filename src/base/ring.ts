// A bounded list that forgets its oldest entry and counts what it forgot.

/** Keeps the newest `capacity` entries. */
export class Ring<T> {
  readonly #entries: T[] = [];
  readonly capacity: number;
  /** How many entries were forgotten because the ring was full. */
  dropped = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Adds an entry; returns the one that had to go, or undefined. */
  push(entry: T): T | undefined {
    this.#entries.push(entry);
    if (this.#entries.length <= this.capacity) return undefined;
    this.dropped += 1;
    return this.#entries.shift();
  }

  /** Oldest first. A copy: the caller may keep it. */
  toArray(): T[] {
    return [...this.#entries];
  }

  get length(): number {
    return this.#entries.length;
  }
}

/** The q-quantile (0..1) of the values by the nearest-rank rule, or null when there are none. */
export function quantile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? null;
}
