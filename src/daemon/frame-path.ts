// A frame's way through the main process: slot, turn, engine, answer. Holds the schedule and the one timer that rates need.

import type { Trouble } from "../base/trouble.js";
import type { Clock } from "../contract/clock.js";
import type { Frame } from "../contract/frame.js";
import type { EngineSupervisor, Work } from "../engine/host/supervisor.js";
import type { Verdict } from "../engine/host/suspects.js";
import {
  createSchedule,
  inputCounts,
  pipelineCounts,
  reconfigure,
  type Schedule,
  type ScheduleSettings,
  setPaused,
} from "../scheduler/schedule.js";
import { nextDueMs, offer, putBack, takeNext } from "../scheduler/turn.js";
import type { Pipelines } from "./pipelines.js";
import { answerSettings } from "./plan-pipelines.js";
import type { Progress } from "./watchdog.js";

export interface FramePathParts {
  readonly clock: Clock;
  readonly pipelines: Pipelines;
  readonly engine: Pick<EngineSupervisor, "free" | "answer" | "isBarred">;
  /** A frame that is never given to the engine because an equal one killed it. */
  onBarred(frame: Frame): void;
}

export class FramePath {
  readonly #parts: FramePathParts;
  readonly #schedule: Schedule;
  #timer: NodeJS.Timeout | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #inEngine = 0;
  #lastProgressAtMs: number;
  #closed = false;

  constructor(settings: ScheduleSettings, parts: FramePathParts) {
    this.#parts = parts;
    this.#schedule = createSchedule(settings);
    this.#lastProgressAtMs = parts.clock.monotonicMs();
  }

  /** A frame came in. */
  take(frame: Frame, key: string): void {
    if (this.#closed) return;
    if (this.#parts.engine.isBarred(frame)) {
      this.#parts.onBarred(frame);
      return;
    }
    const wasIdle = this.progress.waiting === 0;
    if (!offer(this.#schedule, frame, key, this.#parts.clock.monotonicMs())) return;
    // The wait of the first frame after a calm time starts now, not when the last one was answered.
    if (wasIdle) this.#lastProgressAtMs = this.#parts.clock.monotonicMs();
    this.pump();
  }

  /** Gives frames to the engine while it has room. Called whenever a frame, room or a due time came. */
  pump(): void {
    if (this.#closed) return;
    const { engine, pipelines, clock } = this.#parts;
    for (;;) {
      const turn = takeNext(this.#schedule, clock.monotonicMs(), engine.free);
      if (turn === null) break;
      const live = pipelines.get(turn.pipeline);
      const variant = live?.variant;
      if (live === undefined || variant == null) {
        // Paused pipelines have no turns; this is the pipeline that lost its variant in this very moment.
        if (live !== undefined) live.lost += 1;
        continue;
      }
      engine.answer({
        frame: turn.frame,
        pipeline: turn.pipeline,
        key: variant.key,
        settings: answerSettings(live.plan, live.minScore),
      });
      this.#inEngine += 1;
      this.#lastProgressAtMs = clock.monotonicMs();
    }
    this.#setTimer();
  }

  /** The engine is done with one frame, whatever came of it. */
  settled(): void {
    this.#inEngine = Math.max(0, this.#inEngine - 1);
    this.sawProgress();
  }

  /** Something moved for the frames that wait: also an engine that is loading its models for them. */
  sawProgress(): void {
    this.#lastProgressAtMs = this.#parts.clock.monotonicMs();
  }

  /**
   * An engine went with frames in it: those that it never looked at wait again.
   * @returns the frame to set aside, or null
   */
  engineLost(head: { readonly work: Work; readonly verdict: Verdict } | null, others: readonly Work[]): Work | null {
    const nowMs = this.#parts.clock.monotonicMs();
    const innocent = head !== null && head.verdict === "innocent" ? [head.work, ...others] : others;
    for (const work of innocent) putBack(this.#schedule, { pipeline: work.pipeline, frame: work.frame }, nowMs);
    this.#inEngine = Math.max(0, this.#inEngine - others.length - (head === null ? 0 : 1));
    // Where a drained engine went, its successor may be idle: nothing else would wake these frames.
    this.pump();
    return head !== null && head.verdict !== "innocent" ? head.work : null;
  }

  /** Pauses those that have nothing to run with and lets the others go on. */
  applyPauses(): void {
    for (const live of this.#parts.pipelines.all) setPaused(this.#schedule, live.plan.name, live.variant === null);
    this.pump();
  }

  reconfigure(settings: ScheduleSettings): void {
    reconfigure(this.#schedule, settings);
    this.pump();
  }

  get progress(): Progress {
    const nowMs = this.#parts.clock.monotonicMs();
    let waiting = this.#inEngine;
    // A frame that waits for its rate waits for nobody's work.
    for (const input of this.#schedule.inputs.values())
      for (const slot of input.slots) if (slot.waiting !== null && slot.dueMs <= nowMs) waiting += 1;
    return { lastProgressAtMs: this.#lastProgressAtMs, waiting };
  }

  /** Frames of an input that no pipeline started. */
  droppedOfInput(name: string): number {
    return inputCounts(this.#schedule, name).dropped;
  }

  droppedOfPipeline(name: string): number {
    return pipelineCounts(this.#schedule, name).dropped;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #setTimer(): void {
    const dueMs = nextDueMs(this.#schedule, this.#parts.clock.monotonicMs()) ?? Number.POSITIVE_INFINITY;
    // Most frames leave the due time as it was: no new timer for them.
    if (dueMs === this.#timerDueMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerDueMs = dueMs;
    this.#timer = null;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(
      () => {
        this.#timerDueMs = Number.POSITIVE_INFINITY;
        this.pump();
      },
      Math.max(0, dueMs - this.#parts.clock.monotonicMs()),
    );
  }
}

/** Why a frame that killed the engine before is refused. */
export function barredTrouble(frame: Frame): Trouble {
  return {
    code: "frame-barred",
    where: `inputs.${frame.input}`,
    what: `an equal frame of ${frame.payload.byteLength} bytes crashed or hung the engine before`,
    remedy: "it is not tried again; the first one lies in <data_dir>/set-aside",
  };
}
