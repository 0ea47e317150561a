// One engine child: spawned, told what to load, given frames, watched, ended. Knows nothing of pipelines or brokers; when
// the child dies it says so and stays dead (the supervisor starts the next one).

import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Trouble, thrownText } from "../../base/trouble.js";
import type { LoadReport, VariantKey, VariantSpec } from "../../contract/variant.js";
import {
  type Answered,
  type Carried,
  type EngineOptions,
  type EngineRuntime,
  type FrameToAnswer,
  type FromEngine,
  type PictureToAnnotate,
  PROTOCOL_VERSION,
  type SharedPayload,
  WINDOW,
} from "../protocol.js";
import { FrameSlots } from "./frame-slots.js";

/** How the child is started; the demo and tests hand in others than the daemon. */
export interface EngineCommand {
  /** Absolute path of the child's entry file. */
  readonly entry: string;
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Why a child is gone. `outside`: by a signal that we did not send (an operator, the kernel's OOM killer). */
export type EngineEnd = "asked" | "hang" | "stopped" | "crash" | "outside" | "load-timeout";

export interface EngineEvents {
  onHello(runtime: EngineRuntime): void;
  onLoaded(report: LoadReport): void;
  onLoadFailed(key: VariantKey, trouble: Trouble): void;
  onReady(residentBytes: number): void;
  onAnswered(id: number, answered: Answered): void;
  onRefused(id: number, trouble: Trouble): void;
  onAnnotated(id: number, jpeg: Uint8Array): void;
  /** Once, last. `unanswered` holds the ids of the frames that it had, the one in the run first. */
  onEnd(end: EngineEnd, detail: string, unanswered: readonly number[]): void;
}

/** A load may build engines or read from a slow card; silence for so long means that it hangs. */
const LOAD_SILENCE_MS = 120_000;
/** A frame in the engine for so long lets us look whether the process is stopped. */
const LOOK_AFTER_MS = 500;
/** After `end`, the child has so long to finish its frames before it is killed; the daemon itself must end within 5 s. */
const DRAIN_MS = 3000;

export class Engine {
  readonly #child: ChildProcess;
  readonly #events: EngineEvents;
  readonly #deadlineMs: (key: VariantKey) => number;
  /** Ids in the engine, in order, with when each came to the head of the line. */
  readonly #inFlight: { id: number; key: VariantKey; shared: SharedPayload | null; sinceMs: number }[] = [];
  #watch: NodeJS.Timeout | null = null;
  #drain: NodeJS.Timeout | null = null;
  #heardAtMs = performance.now();
  #killedFor: EngineEnd | null = null;
  readonly #slots = new FrameSlots(WINDOW);
  #ready = false;
  #ended = false;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | null = null;
  #resolveGone: () => void = () => {};
  readonly #gone: Promise<void>;

  /** @param deadlineMs longest time that one frame of a variant may take before the engine counts as hanging */
  constructor(
    command: EngineCommand,
    variants: readonly VariantSpec[],
    options: EngineOptions,
    deadlineMs: (key: VariantKey) => number,
    events: EngineEvents,
  ) {
    this.#events = events;
    this.#deadlineMs = deadlineMs;
    this.#child = fork(command.entry, [], {
      // Advanced serialisation is the structured clone of V8: buffers cross as bytes, not as JSON arrays.
      serialization: "advanced",
      execArgv: [...command.execArgv],
      env: command.env as NodeJS.ProcessEnv,
      // The runtime's own prints must not mix with results on stdout.
      stdio: ["ignore", 2, 2, "ipc", ...this.#slots.fds],
    });
    this.#gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    // Its last words may still lie in the channel when the process is gone: only both together are the end.
    this.#child.once("exit", (code, signal) => {
      this.#exit = { code, signal };
      if (!this.#child.connected) this.#leave(code, signal);
    });
    this.#child.once("disconnect", () => {
      if (this.#exit !== null) this.#leave(this.#exit.code, this.#exit.signal);
    });
    this.#child.on("error", (thrown) => {
      // Spawn failed: no exit follows when there never was a process.
      if (this.#child.pid === undefined) this.#finish("crash", thrownText(thrown));
    });
    this.#child.on("message", (message) => this.#hear(message as FromEngine));
    this.#watchFrom(LOAD_SILENCE_MS);
    this.#tell({ type: "load", options, variants });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get isReady(): boolean {
    return this.#ready && !this.#ended && this.#killedFor === null && this.#drain === null;
  }

  /** Frames that it would take now. */
  get free(): number {
    return this.isReady ? WINDOW - this.#inFlight.length : 0;
  }

  answer(frame: FrameToAnswer): void {
    const wasIdle = this.#inFlight.length === 0;
    const shared = this.#slots.put(frame.payload);
    this.#inFlight.push({ id: frame.id, key: frame.key, shared, sinceMs: performance.now() });
    if (wasIdle) this.#watchFrom(LOOK_AFTER_MS);
    this.#tell(shared === null ? frame : { ...frame, payload: shared });
  }

  annotate(picture: PictureToAnnotate): void {
    this.#tell(picture);
  }

  /** Lets it finish what it has; it is killed when that takes too long. Resolves when the process is gone. */
  async end(): Promise<void> {
    if (!this.#ended && this.#drain === null) {
      this.#drain = setTimeout(() => this.kill("asked"), DRAIN_MS);
      this.#tell({ type: "end" });
    }
    await this.#gone;
  }

  /** SIGKILL: a process inside a run can't be asked. */
  kill(reason: EngineEnd): void {
    if (this.#ended) return;
    this.#killedFor ??= reason;
    this.#child.kill("SIGKILL");
  }

  #tell(message: Carried): void {
    if (this.#ended || !this.#child.connected) return;
    // A send that fails means that the child is going: the close event tells the rest.
    this.#child.send(message, () => {});
  }

  #hear(message: FromEngine): void {
    this.#heardAtMs = performance.now();
    switch (message.type) {
      case "hello":
        if (message.protocol !== PROTOCOL_VERSION) this.kill("crash");
        else this.#events.onHello(message.runtime);
        break;
      case "loaded":
        this.#events.onLoaded(message.report);
        break;
      case "load-failed":
        this.#events.onLoadFailed(message.key, message.trouble);
        break;
      case "ready":
        this.#ready = true;
        this.#stopWatching();
        this.#events.onReady(message.residentBytes);
        break;
      case "annotated":
        this.#events.onAnnotated(message.id, message.jpeg);
        break;
      case "answered":
        this.#settle(message.id);
        this.#events.onAnswered(message.id, message);
        break;
      case "refused":
        this.#settle(message.id);
        this.#events.onRefused(message.id, message.trouble);
        break;
    }
  }

  #settle(id: number): void {
    const at = this.#inFlight.findIndex((held) => held.id === id);
    const [settled] = at < 0 ? [] : this.#inFlight.splice(at, 1);
    if (settled?.shared != null) this.#slots.release(settled.shared);
    const head = this.#inFlight[0];
    if (head === undefined) this.#stopWatching();
    else head.sinceMs = this.#heardAtMs;
  }

  /** One timer for all frames: it fires, looks how old the head is, and sets itself again. Nothing per frame. */
  #watchFrom(delayMs: number): void {
    this.#stopWatching();
    this.#watch = setTimeout(() => this.#look(), delayMs);
    this.#watch.unref();
  }

  #stopWatching(): void {
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#watch = null;
  }

  #look(): void {
    const nowMs = performance.now();
    const head = this.#inFlight[0];
    if (!this.#ready) {
      if (nowMs - this.#heardAtMs >= LOAD_SILENCE_MS) this.kill("load-timeout");
      else this.#watchFrom(LOAD_SILENCE_MS);
    } else if (head !== undefined) {
      const ageMs = nowMs - head.sinceMs;
      const deadlineMs = this.#deadlineMs(head.key);
      if (ageMs >= deadlineMs) this.kill("hang");
      else if (ageMs >= LOOK_AFTER_MS && isStopped(this.#child.pid)) this.kill("stopped");
      else this.#watchFrom(Math.max(10, Math.min(LOOK_AFTER_MS, deadlineMs - ageMs)));
    }
  }

  #leave(code: number | null, signal: NodeJS.Signals | null): void {
    const asked = this.#drain !== null && (signal === null || this.#killedFor === "asked");
    const detail = signal === null ? `exit code ${code}` : signal;
    if (this.#killedFor !== null) this.#finish(this.#killedFor, detail);
    else if (asked) this.#finish("asked", detail);
    else this.#finish(signal === "SIGKILL" || signal === "SIGTERM" ? "outside" : "crash", detail);
  }

  #finish(end: EngineEnd, detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#slots.close();
    this.#stopWatching();
    if (this.#drain !== null) clearTimeout(this.#drain);
    this.#resolveGone();
    this.#events.onEnd(
      end,
      detail,
      this.#inFlight.map((held) => held.id),
    );
  }
}

/** Whether the process is stopped (SIGSTOP, a debugger): then no frame is to blame. */
function isStopped(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    // The state is the first field after the command's closing bracket (proc(5)); the name itself may hold brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    return state === "T" || state === "t";
  } catch {
    return false;
  }
}
