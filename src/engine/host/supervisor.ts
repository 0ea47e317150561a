// Keeps an engine alive: starts it, starts it again with back-off when it went, moves frames to a successor without a gap
// (blue/green), and judges the frame that was in the run when an engine went. Knows engines and frames, no pipelines. Over 300 lines:
// start, restart and take-over change the same few fields, and are only right together.

import { createHash } from "node:crypto";
import { type BackoffBounds, backoffDelayMs } from "../../base/backoff.js";
import { fail, ok, type Result } from "../../base/result.js";
import type { Trouble } from "../../base/trouble.js";
import type { Frame } from "../../contract/frame.js";
import type { Detection } from "../../contract/result.js";
import type { AnswerSettings, LoadReport, VariantKey, VariantSpec } from "../../contract/variant.js";
import type { Answered, EngineOptions, EngineRuntime } from "../protocol.js";
import { Engine, type EngineCommand, type EngineEnd } from "./engine.js";
import { Suspects, type Verdict } from "./suspects.js";

/** One frame for one pipeline, on its way through the engine. */
export interface Work {
  readonly frame: Frame;
  readonly pipeline: string;
  readonly key: VariantKey;
  readonly settings: AnswerSettings;
}

/** What an engine is to hold. */
export interface EngineSet {
  readonly variants: readonly VariantSpec[];
  readonly options: EngineOptions;
}

/** What is known of the engine that answers now. */
export interface EngineFacts {
  /** The very set that it was asked to hold. */
  readonly set: EngineSet;
  readonly runtime: EngineRuntime | null;
  readonly reports: ReadonlyMap<VariantKey, LoadReport>;
  readonly failures: ReadonlyMap<VariantKey, Trouble>;
}

export interface SupervisorEvents {
  /** The engine that answers changed, or was started again: its facts are new. */
  onReady(facts: EngineFacts): void;
  /** An engine that is coming up is done with one more variant, whatever came of it. */
  onLoadProgress?(): void;
  onAnswered(work: Work, answered: Answered, tookFromMs: number): void;
  onRefused(work: Work, trouble: Trouble): void;
  /** The engine went. `head` is the frame in the run with its verdict; the others go back to their slots. */
  onEngineLost(
    end: EngineEnd,
    detail: string,
    head: { work: Work; verdict: Verdict } | null,
    others: readonly Work[],
  ): void;
  /** There is room for another frame. */
  onRoom(): void;
}

/** First retry at once would spin on a model that always crashes; 30 s keeps a broken board quiet but not dead. */
const RESTART: BackoffBounds = { firstMs: 400, maxMs: 30_000 };
/** An engine that lived for so long was well: the next end is a first one. */
const STABLE_MS = 60_000;
/** A run may take so many times its warm latency before it counts as a hang … */
const DEADLINE_LATENCIES = 20;
/** … and never less than this: a 50-megapixel decode on a small board takes seconds. */
const DEADLINE_FLOOR_MS = 5000;
/** Pictures waiting for their boxes; more are refused, since each holds a whole frame. */
const MAX_ANNOTATIONS = 4;
/** Drawing takes a fraction of this on any board; one that hangs gives its place back. */
const ANNOTATE_LIMIT_MS = 10_000;
/** A successor must be ready within this; it ends earlier when the child reports its own end. */
const REPLACE_LIMIT_MS = 300_000;

interface Running {
  readonly engine: Engine;
  readonly set: EngineSet;
  readonly startedAtMs: number;
  runtime: EngineFacts["runtime"];
  readonly reports: Map<VariantKey, LoadReport>;
  readonly failures: Map<VariantKey, Trouble>;
  readonly work: Map<number, { work: Work; tookAtMs: number }>;
  readonly annotations: Map<number, (jpeg: Uint8Array | null) => void>;
}

export class EngineSupervisor {
  readonly #command: EngineCommand;
  readonly #events: SupervisorEvents;
  readonly #chance: () => number;
  readonly #suspects = new Suspects();
  #current: Running | null = null;
  #successor: { running: Running; settle: (outcome: Result<void>) => void } | null = null;
  readonly #draining = new Set<Running>();
  #set: EngineSet | null = null;
  #retry: NodeJS.Timeout | null = null;
  #failuresInARow = 0;
  #nextId = 1;
  #closed = false;
  /** Starts after the first one, for the state document. */
  restarts = 0;

  constructor(command: EngineCommand, events: SupervisorEvents, chance: () => number) {
    this.#command = command;
    this.#events = events;
    this.#chance = chance;
  }

  /** Starts the first engine. Answers come once `onReady` was called. */
  start(set: EngineSet): void {
    this.#set = set;
    this.#current = this.#spawn(set);
  }

  get pid(): number | null {
    return this.#current?.engine.pid ?? null;
  }

  get isReady(): boolean {
    return this.#current?.engine.isReady ?? false;
  }

  get free(): number {
    return this.#current?.engine.free ?? 0;
  }

  /** Whether an equal frame killed an engine before. */
  isBarred(frame: Frame): boolean {
    return this.#suspects.mayBar(frame.payload.byteLength) && this.#suspects.isBarred(digestOf(frame.payload));
  }

  /** Gives a frame to the engine; only while `free` is over 0. */
  answer(work: Work): void {
    const running = this.#current;
    if (running === null || running.engine.free <= 0) throw new Error("the engine has no room: ask `free` first");
    const id = this.#nextId++;
    running.work.set(id, { work, tookAtMs: performance.now() });
    const { encoding, raw, payload } = work.frame;
    running.engine.answer({ type: "frame", id, key: work.key, settings: work.settings, encoding, raw, payload });
  }

  /** Draws boxes on a frame; null when the engine is away or has too many to draw already. */
  annotate(frame: Frame, detections: readonly Detection[]): Promise<Uint8Array | null> {
    const running = this.#current;
    if (running === null || !running.engine.isReady || running.annotations.size >= MAX_ANNOTATIONS)
      return Promise.resolve(null);
    const id = this.#nextId++;
    const { encoding, raw, payload } = frame;
    return new Promise((resolve) => {
      const limit = setTimeout(() => take(running.annotations, id)?.(null), ANNOTATE_LIMIT_MS);
      limit.unref();
      running.annotations.set(id, (jpeg) => {
        clearTimeout(limit);
        resolve(jpeg);
      });
      running.engine.annotate({ type: "annotate", id, encoding, raw, payload, detections });
    });
  }

  /**
   * Blue/green: starts a second engine with the new set, and flips when it is warm. Where it never gets so far, the present one
   * goes on and the trouble says why. A later call makes an earlier one, still waiting, give way.
   */
  replace(set: EngineSet): Promise<Result<void>> {
    if (this.#closed) return Promise.resolve(fail(replaceTrouble("the daemon is ending")));
    this.#abandonSuccessor("a newer change came first");
    if (this.#current === null || !this.#current.engine.isReady) {
      // Nobody answers anyway: the next start simply uses the new set.
      this.#set = set;
      if (this.#retry !== null) this.#startNow();
      else if (this.#current !== null) {
        const old = this.#current;
        this.#current = this.#spawn(set);
        this.#retire(old);
      }
      return Promise.resolve(ok(undefined));
    }
    return new Promise((resolve) => {
      const running = this.#spawn(set);
      const limit = setTimeout(() => running.engine.kill("load-timeout"), REPLACE_LIMIT_MS);
      limit.unref();
      this.#successor = {
        running,
        settle: (outcome) => {
          clearTimeout(limit);
          resolve(outcome);
        },
      };
    });
  }

  /** Lets the engine finish, then it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    this.#abandonSuccessor("the daemon is ending");
    const all = [...this.#draining];
    if (this.#current !== null) all.push(this.#current);
    await Promise.all(all.map((running) => running.engine.end()));
  }

  #spawn(set: EngineSet): Running {
    const reports = new Map<VariantKey, LoadReport>();
    const failures = new Map<VariantKey, Trouble>();
    const deadlineMs = (key: VariantKey) =>
      Math.max(DEADLINE_FLOOR_MS, DEADLINE_LATENCIES * (reports.get(key)?.warmLatencyMs ?? 0));
    const engine = new Engine(this.#command, set.variants, set.options, deadlineMs, {
      onHello: (runtime) => {
        running.runtime = runtime;
      },
      onLoaded: (report) => {
        reports.set(report.key, report);
        this.#events.onLoadProgress?.();
      },
      onLoadFailed: (key, trouble) => {
        failures.set(key, trouble);
        this.#events.onLoadProgress?.();
      },
      onReady: () => this.#whenReady(running),
      onAnswered: (id, answered) => {
        const held = take(running.work, id);
        if (held === undefined) return;
        this.#events.onAnswered(held.work, answered, held.tookAtMs);
        this.#events.onRoom();
      },
      onRefused: (id, trouble) => {
        take(running.annotations, id)?.(null);
        const held = take(running.work, id);
        if (held === undefined) return;
        this.#events.onRefused(held.work, trouble);
        this.#events.onRoom();
      },
      onAnnotated: (id, jpeg) => take(running.annotations, id)?.(jpeg),
      onEnd: (end, detail, unanswered) => this.#whenEnded(running, end, detail, unanswered),
    });
    const running: Running = {
      engine,
      set,
      startedAtMs: performance.now(),
      runtime: null,
      reports,
      failures,
      work: new Map(),
      annotations: new Map(),
    };
    return running;
  }

  #whenReady(running: Running): void {
    if (this.#successor?.running === running) {
      const { settle } = this.#successor;
      this.#successor = null;
      const old = this.#current;
      this.#current = running;
      this.#set = running.set;
      // The former engine may have died meanwhile and wait for its next start: there is no need for it any more.
      this.#cancelRetry();
      if (old !== null) this.#retire(old);
      settle(ok(undefined));
    }
    if (this.#current !== running) return;
    const { set, runtime, reports, failures } = running;
    this.#events.onReady({ set, runtime, reports, failures });
    this.#events.onRoom();
  }

  /** Lets the former engine answer what it has, and then go. */
  #retire(running: Running): void {
    this.#draining.add(running);
    void running.engine.end().then(() => this.#draining.delete(running));
  }

  #whenEnded(running: Running, end: EngineEnd, detail: string, unanswered: readonly number[]): void {
    for (const give of running.annotations.values()) give(null);
    running.annotations.clear();
    const lost = unanswered.flatMap((id) => running.work.get(id)?.work ?? []);
    running.work.clear();
    if (this.#successor?.running === running) {
      const { settle } = this.#successor;
      this.#successor = null;
      settle(fail(replaceTrouble(`it ended while loading (${end}, ${detail})`)));
      return;
    }
    const [head, ...others] = lost;
    const judged =
      head === undefined
        ? null
        : {
            work: head,
            verdict: this.#suspects.judge(end, digestOf(head.frame.payload), head.frame.payload.byteLength),
          };
    const wasCurrent = this.#current === running;
    if (wasCurrent) this.#current = null;
    if (end !== "asked" || lost.length > 0) this.#events.onEngineLost(end, detail, judged, others);
    if (wasCurrent && !this.#closed) this.#restartAfter(running);
  }

  #restartAfter(running: Running): void {
    const livedMs = performance.now() - running.startedAtMs;
    this.#failuresInARow = livedMs >= STABLE_MS ? 1 : this.#failuresInARow + 1;
    // The first end after a calm time is answered at once: a killed engine must be back within 3 s.
    if (this.#failuresInARow === 1) {
      this.#startNow();
      return;
    }
    const delayMs = backoffDelayMs(this.#failuresInARow - 2, RESTART, this.#chance());
    this.#retry = setTimeout(() => this.#startNow(), delayMs);
  }

  #startNow(): void {
    this.#cancelRetry();
    if (this.#closed || this.#set === null) return;
    this.restarts += 1;
    this.#current = this.#spawn(this.#set);
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #abandonSuccessor(why: string): void {
    if (this.#successor === null) return;
    const { running, settle } = this.#successor;
    this.#successor = null;
    this.#draining.add(running);
    running.engine.kill("asked");
    void running.engine.end().then(() => this.#draining.delete(running));
    settle(fail(replaceTrouble(why)));
  }
}

function digestOf(payload: Uint8Array): string {
  return createHash("sha256").update(payload).digest("hex");
}

function take<K, V>(map: Map<K, V>, key: K): V | undefined {
  const value = map.get(key);
  map.delete(key);
  return value;
}

function replaceTrouble(what: string): Trouble {
  return {
    code: "engine-not-replaced",
    where: "engine",
    what: `the new engine did not take over: ${what}`,
    remedy: "the present one goes on; look at the log, mend the cause and reload",
  };
}
