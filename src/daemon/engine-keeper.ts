// What the engine holds, and the change from one set of variants to the next: what depends on the new set takes effect in the
// moment in which its engine takes over, not before. One change at a time is the caller's to see to.

import { ok, type Result } from "../base/result.js";
import type { EngineCommand } from "../engine/host/engine.js";
import {
  type EngineFacts,
  type EngineSet,
  EngineSupervisor,
  type SupervisorEvents,
} from "../engine/host/supervisor.js";

export interface EngineKeeperEvents extends Omit<SupervisorEvents, "onReady"> {
  /**
   * An engine answers now, or there is none to wait for.
   * @param flip puts in force what waited for this engine; to be called once its facts are known
   */
  onReady(facts: EngineFacts, flip: () => void): void;
}

export class EngineKeeper {
  readonly engine: EngineSupervisor;
  readonly #events: EngineKeeperEvents;
  #set: EngineSet;
  #isStarted = false;
  #atFlip: { readonly set: EngineSet; readonly flip: () => void } | null = null;

  constructor(command: EngineCommand, set: EngineSet, events: EngineKeeperEvents, chance: () => number) {
    this.#set = set;
    this.#events = events;
    this.engine = new EngineSupervisor(command, { ...events, onReady: (facts) => this.#ready(facts) }, chance);
  }

  /** What it holds, or is about to hold where nothing answers yet. */
  get set(): EngineSet {
    return this.#set;
  }

  start(): void {
    // No package could be read, or none is configured: there is nothing to wait for.
    if (this.#set.variants.length === 0) this.#events.onReady(nothing(this.#set), () => {});
    else {
      this.#isStarted = true;
      this.engine.start(this.#set);
    }
  }

  /** Blue/green; where the new engine does not come up, the present one goes on and `flip` is never called. */
  async replace(set: EngineSet, flip: () => void): Promise<Result<void>> {
    if (this.#isStarted && this.engine.isReady) {
      this.#atFlip = { set, flip };
      const replaced = await this.engine.replace(set);
      if (!replaced.ok && this.#atFlip?.set === set) this.#atFlip = null;
      return replaced;
    }
    // Nobody answers at present: there is no gap to avoid.
    this.#set = set;
    flip();
    if (this.#isStarted) return this.engine.replace(set);
    this.start();
    return ok(undefined);
  }

  #ready(facts: EngineFacts): void {
    const atFlip = this.#atFlip?.set === facts.set ? this.#atFlip : null;
    if (atFlip !== null) {
      this.#atFlip = null;
      this.#set = facts.set;
    }
    this.#events.onReady(facts, atFlip?.flip ?? (() => {}));
  }
}

function nothing(set: EngineSet): EngineFacts {
  return { set, runtime: null, reports: new Map(), failures: new Map() };
}
