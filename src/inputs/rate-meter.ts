// How many a second, over the last ten seconds: counts per second in a ring, so that a fast sensor costs no more than a slow one. Pure.

const SECONDS = 10;

export class RateMeter {
  readonly #counts = new Array<number>(SECONDS).fill(0);
  /** The second that the newest count belongs to. */
  #second = 0;

  saw(atMs: number): void {
    this.#moveTo(atMs);
    const slot = this.#second % SECONDS;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** Over the second that runs and the nine before it. */
  perSecond(nowMs: number): number {
    this.#moveTo(nowMs);
    return this.#counts.reduce((sum, count) => sum + count, 0) / SECONDS;
  }

  #moveTo(atMs: number): void {
    const second = Math.floor(atMs / 1000);
    const steps = Math.min(second - this.#second, SECONDS);
    for (let step = 1; step <= steps; step++) this.#counts[(second - step + 1) % SECONDS] = 0;
    this.#second = Math.max(this.#second, second);
  }
}
