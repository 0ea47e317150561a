// What should be subscribed and what is, for one session: filters that another one covers are not asked for, and come back when the
// wider one goes. One change at a time, in the order of the calls.

import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import { uncovered } from "./topic-filter.js";

/** The broker's side; `refused` are the filters that it does not grant. */
export interface Broker {
  subscribe(filters: readonly string[]): Promise<Result<void> & { readonly refused: readonly string[] }>;
  unsubscribe(filters: readonly string[]): Promise<void>;
}

export class Subscriptions {
  readonly #broker: Broker;
  readonly #wanted = new Set<string>();
  readonly #active = new Set<string>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  add(filters: readonly string[]): Promise<Result<void>> {
    return this.#inTurn(() => {
      for (const filter of filters) this.#wanted.add(filter);
    });
  }

  async remove(filters: readonly string[]): Promise<void> {
    await this.#inTurn(() => {
      for (const filter of filters) this.#wanted.delete(filter);
    });
  }

  #inTurn(change: () => void): Promise<Result<void>> {
    const turn = this.#queue.then(() => {
      change();
      return this.#apply();
    });
    this.#queue = turn;
    return turn;
  }

  /** New ones first: for a moment a message may come twice, but none is missed. */
  async #apply(): Promise<Result<void>> {
    let trouble: Trouble | null = null;
    for (;;) {
      const target = uncovered(this.#wanted);
      const missing = target.filter((filter) => !this.#active.has(filter));
      if (missing.length > 0) {
        const answer = await this.#broker.subscribe(missing);
        for (const filter of missing) this.#active.add(filter);
        for (const filter of answer.refused) {
          this.#active.delete(filter);
          this.#wanted.delete(filter);
        }
        if (!answer.ok) {
          trouble ??= answer.trouble;
          // What a refused wide filter covered may be granted by itself; the wanted ones grow fewer each time around.
          if (answer.refused.length > 0) continue;
        }
      }
      const extra = [...this.#active].filter((filter) => !target.includes(filter));
      if (extra.length > 0) {
        await this.#broker.unsubscribe(extra);
        for (const filter of extra) this.#active.delete(filter);
      }
      return trouble === null ? ok(undefined) : fail(trouble);
    }
  }
}
