// What the scheduler remembers: which pipelines look at which inputs, the slots between them, and the counts.
// Plain state that the functions of this room change in place: no clock, no timer, no engine. Same calls, same answers.
//
//   frame of input i  --offer-->  slot (i, p1)  --takeNext-->  engine, at most as many as it has room for
//                                 slot (i, p2)                 (the caller says how many that is)

import type { Frame } from "../contract/frame.js";
import { spacingMs } from "./rate.js";

/** A configured input: with `+` in its topic it is the key of many inputs, which all have its rate. */
export interface ScheduledInput {
  readonly key: string;
  /** Frames a second that each pipeline starts at most from one input; null is no limit. */
  readonly maxFps: number | null;
}

export interface ScheduledPipeline {
  readonly name: string;
  /** Keys of its inputs. */
  readonly inputs: readonly string[];
  /** Higher goes first. */
  readonly priority: number;
  readonly paused: boolean;
}

export interface ScheduleSettings {
  readonly inputs: readonly ScheduledInput[];
  readonly pipelines: readonly ScheduledPipeline[];
}

/** For a slot: `offered = started + dropped + waiting`, always. */
export interface SlotCounts {
  offered: number;
  started: number;
  /** Replaced by a newer frame before its turn came, or let go by a pause or a reload. */
  dropped: number;
}

/** For an input: `offered = taken + dropped + unwanted + waiting`, always; a frame counts once, however many pipelines look at it. */
export interface InputCounts {
  offered: number;
  /** Started by at least one pipeline. */
  taken: number;
  /** Wanted, but started by none. */
  dropped: number;
  /** No pipeline looks at this input now: all are paused, or there is none. */
  unwanted: number;
}

/** A frame that at least one slot holds. */
export interface Waiting {
  readonly frame: Frame;
  readonly of: InputState;
  /** Slots that hold it. */
  holders: number;
  /** Whether some pipeline has started it. */
  isTaken: boolean;
}

/** The place between one input and one pipeline that keeps only the newest frame. */
export interface Slot {
  readonly pipeline: PipelineState;
  readonly counts: SlotCounts;
  waiting: Waiting | null;
  /** Since when the slot has not been empty: a newer frame does not start the wait anew. */
  sinceMs: number;
  /** When the next frame may start; -Infinity at first. */
  dueMs: number;
  /** Number of the turn that it had last; 0: none yet. */
  lastTurn: number;
}

export interface PipelineState {
  readonly name: string;
  readonly inputs: ReadonlySet<string>;
  readonly priority: number;
  paused: boolean;
  /** By input name. */
  readonly slots: Map<string, Slot>;
}

export interface InputState {
  readonly name: string;
  readonly key: string;
  spacingMs: number;
  /** Of the pipelines that look at it. */
  slots: Slot[];
  readonly counts: InputCounts;
}

export interface Schedule {
  pipelines: Map<string, PipelineState>;
  /** Spacing by configured key. */
  spacings: Map<string, number>;
  /** By name: those that have sent a frame. How many a `+` can make is bounded where names are given (inputs/wildcard.ts). */
  readonly inputs: Map<string, InputState>;
  /** Turns given so far. */
  turns: number;
  /** Turns since a lower priority that was ready had one. */
  passedOver: number;
  /** Bytes of all the frames that wait. */
  waitingBytes: number;
}

export function createSchedule(settings: ScheduleSettings): Schedule {
  const schedule: Schedule = {
    pipelines: new Map(),
    spacings: new Map(),
    inputs: new Map(),
    turns: 0,
    passedOver: 0,
    waitingBytes: 0,
  };
  reconfigure(schedule, settings);
  return schedule;
}

/**
 * Takes new settings; what both the old and the new ones have keeps its slots, waiting frames and counts. Frames of a pipeline or an
 * input that is gone are let go and counted as dropped.
 */
export function reconfigure(schedule: Schedule, settings: ScheduleSettings): void {
  const before = schedule.pipelines;
  schedule.spacings = new Map(settings.inputs.map((input) => [input.key, spacingMs(input.maxFps)]));
  schedule.pipelines = new Map();
  for (const { name, inputs, priority, paused } of settings.pipelines) {
    schedule.pipelines.set(name, { name, inputs: new Set(inputs), priority, paused, slots: new Map() });
  }
  for (const input of [...schedule.inputs.values()]) {
    const spacing = schedule.spacings.get(input.key);
    for (const old of input.slots) {
      const pipeline = schedule.pipelines.get(old.pipeline.name);
      if (spacing === undefined || pipeline === undefined || pipeline.paused || !pipeline.inputs.has(input.key)) {
        letGo(schedule, old);
      }
    }
    if (spacing === undefined) {
      schedule.inputs.delete(input.name);
      continue;
    }
    const isSameRate = spacing === input.spacingMs;
    input.spacingMs = spacing;
    input.slots = slotsOf(schedule, input, (name) => {
      const old = before.get(name)?.slots.get(input.name);
      // A due time of another rate means nothing now; at worst one frame starts early.
      return old === undefined || isSameRate ? old : { ...old, dueMs: Number.NEGATIVE_INFINITY };
    });
  }
}

/** Pauses a pipeline or lets it go on. A frame that waited is let go: after a pause only what is seen from then on counts. */
export function setPaused(schedule: Schedule, pipelineName: string, paused: boolean): void {
  const pipeline = schedule.pipelines.get(pipelineName);
  if (pipeline === undefined) return;
  pipeline.paused = paused;
  if (paused) for (const slot of pipeline.slots.values()) letGo(schedule, slot);
}

/** The input of that name, made at its first frame; null where the configuration has no such key. */
export function inputState(schedule: Schedule, name: string, key: string): InputState | null {
  const known = schedule.inputs.get(name);
  if (known !== undefined) return known;
  const spacing = schedule.spacings.get(key);
  if (spacing === undefined) return null;
  const counts = { offered: 0, taken: 0, dropped: 0, unwanted: 0 };
  const input: InputState = { name, key, spacingMs: spacing, slots: [], counts };
  input.slots = slotsOf(schedule, input, () => undefined);
  schedule.inputs.set(name, input);
  return input;
}

/** Empties a slot and counts the frame that was in it. */
export function letGo(schedule: Schedule, slot: Slot): void {
  const waiting = slot.waiting;
  if (waiting === null) return;
  slot.waiting = null;
  slot.counts.dropped += 1;
  release(schedule, waiting);
}

/** One slot fewer holds the frame; the last one settles what became of it. */
export function release(schedule: Schedule, waiting: Waiting): void {
  waiting.holders -= 1;
  if (waiting.holders > 0) return;
  schedule.waitingBytes -= waiting.frame.payload.byteLength;
  if (!waiting.isTaken) waiting.of.counts.dropped += 1;
}

/** What became of the frames offered to a pipeline, over all its inputs. */
export function pipelineCounts(schedule: Schedule, name: string): SlotCounts & { waiting: number } {
  const sum = { offered: 0, started: 0, dropped: 0, waiting: 0 };
  for (const slot of schedule.pipelines.get(name)?.slots.values() ?? []) {
    sum.offered += slot.counts.offered;
    sum.started += slot.counts.started;
    sum.dropped += slot.counts.dropped;
    sum.waiting += slot.waiting === null ? 0 : 1;
  }
  return sum;
}

/** What became of the frames of an input; zeros before its first one. */
export function inputCounts(schedule: Schedule, name: string): InputCounts {
  return { ...(schedule.inputs.get(name)?.counts ?? { offered: 0, taken: 0, dropped: 0, unwanted: 0 }) };
}

function slotsOf(schedule: Schedule, input: InputState, known: (pipeline: string) => Slot | undefined): Slot[] {
  const slots: Slot[] = [];
  for (const pipeline of schedule.pipelines.values()) {
    if (!pipeline.inputs.has(input.key)) continue;
    const old = known(pipeline.name);
    const slot: Slot =
      old === undefined
        ? {
            pipeline,
            counts: { offered: 0, started: 0, dropped: 0 },
            waiting: null,
            sinceMs: 0,
            dueMs: Number.NEGATIVE_INFINITY,
            lastTurn: 0,
          }
        : { ...old, pipeline };
    pipeline.slots.set(input.name, slot);
    slots.push(slot);
  }
  return slots;
}
