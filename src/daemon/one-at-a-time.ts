// Changes that must not overlap: each begins when the one before has ended, whatever came of it. Bounded by who asks.

export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();
  /** How many run or wait. */
  pending = 0;

  /** Resolves with what `act` gives, once its turn has come. */
  run<T>(act: () => Promise<T>): Promise<T> {
    this.pending += 1;
    const turn = this.#last.then(act).finally(() => {
      this.pending -= 1;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
