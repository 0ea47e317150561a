// Frames into slots, and whose turn it is: latest wins, higher priority first, equals in turn, nobody for ever last.

import type { Frame } from "../contract/frame.js";
import { nextDueAfter } from "./rate.js";
import { inputState, letGo, release, type Schedule, type Slot, type Waiting } from "./schedule.js";

/** A frame that starts now, and for which pipeline. */
export interface Turn {
  readonly pipeline: string;
  readonly frame: Frame;
}

/**
 * Of the turns for which a lower priority was ready too, every so manyth is its own. Higher ones keep 7 of 8, so a priority still means
 * something; and lower ones go on, seldom but for ever. A bound on the wait in time would not do: with enough slow
 * slots below, it would hand all turns to them.
 */
export const COURTESY_EVERY = 8;

/**
 * Frames that wait take no more memory than this together. Dozens of cameras at a megabyte each stay far below; an input that
 * sends the largest frames allowed, under many names, is stopped here.
 */
export const MAX_WAITING_BYTES = 128 * 1024 * 1024;

/**
 * Puts a frame into the slots of all pipelines that look at its input, in place of older ones that were not started.
 * @param key the configured input; `frame.input` is its name, which differs where the topic has `+`
 * @returns whether some pipeline will look at it, if nothing newer comes
 */
export function offer(schedule: Schedule, frame: Frame, key: string, nowMs: number): boolean {
  const input = inputState(schedule, frame.input, key);
  if (input === null) return false;
  input.counts.offered += 1;
  const waiting: Waiting = { frame, of: input, holders: 0, isTaken: false };
  let wanted = false;
  for (const slot of input.slots) {
    if (slot.pipeline.paused) continue;
    wanted = true;
    slot.counts.offered += 1;
    if (slot.waiting === null) slot.sinceMs = nowMs;
    // The old frame goes first: it makes room, and even where there is none an older frame is not kept over a newer one.
    letGo(schedule, slot);
    if (waiting.holders === 0 && schedule.waitingBytes + frame.payload.byteLength > MAX_WAITING_BYTES) {
      slot.counts.dropped += 1;
      continue;
    }
    if (waiting.holders === 0) schedule.waitingBytes += frame.payload.byteLength;
    waiting.holders += 1;
    slot.waiting = waiting;
  }
  if (waiting.holders > 0) return true;
  if (wanted) input.counts.dropped += 1;
  else input.counts.unwanted += 1;
  return false;
}

/**
 * The frame that starts now, or null.
 * @param free how many frames the engine would take now
 */
export function takeNext(schedule: Schedule, nowMs: number, free: number): Turn | null {
  if (free <= 0) return null;
  const slot = choose(schedule, nowMs);
  const waiting = slot?.waiting;
  if (!slot || !waiting) return null;
  schedule.turns += 1;
  slot.lastTurn = schedule.turns;
  slot.dueMs = nextDueAfter(slot.dueMs, nowMs, waiting.of.spacingMs);
  slot.waiting = null;
  slot.counts.started += 1;
  if (!waiting.isTaken) {
    waiting.isTaken = true;
    waiting.of.counts.taken += 1;
  }
  release(schedule, waiting);
  return { pipeline: slot.pipeline.name, frame: waiting.frame };
}

/**
 * Takes back a frame that was started but never looked at, because the engine ended before its turn in there came: it waits again,
 * unless a newer one waits already or nobody wants it any more. Without this, an engine killed once costs a slow sensor its answer.
 */
export function putBack(schedule: Schedule, turn: Turn, nowMs: number): void {
  const input = schedule.inputs.get(turn.frame.input);
  const slot = schedule.pipelines.get(turn.pipeline)?.slots.get(turn.frame.input);
  if (input === undefined || slot === undefined) return;
  slot.counts.started -= 1;
  if (slot.waiting !== null || slot.pipeline.paused) {
    slot.counts.dropped += 1;
    return;
  }
  // For the input it stays taken, as it may be by other pipelines: `isTaken` keeps it from being counted again.
  slot.waiting = { frame: turn.frame, of: input, holders: 1, isTaken: true };
  schedule.waitingBytes += turn.frame.payload.byteLength;
  slot.sinceMs = nowMs;
  slot.dueMs = Math.min(slot.dueMs, nowMs);
}

/** When `takeNext` should be asked again though nothing comes and the engine has room: the first frame that waits for its rate. */
export function nextDueMs(schedule: Schedule, nowMs: number): number | null {
  let first: number | null = null;
  for (const pipeline of schedule.pipelines.values()) {
    for (const slot of pipeline.slots.values()) {
      if (slot.waiting === null || slot.dueMs <= nowMs) continue;
      if (first === null || slot.dueMs < first) first = slot.dueMs;
    }
  }
  return first;
}

function choose(schedule: Schedule, nowMs: number): Slot | null {
  let top: Slot | null = null;
  let lower: Slot | null = null;
  for (const pipeline of schedule.pipelines.values()) {
    for (const slot of pipeline.slots.values()) {
      if (slot.waiting === null || slot.dueMs > nowMs) continue;
      if (top === null || pipeline.priority > top.pipeline.priority) {
        lower = earlier(lower, top);
        top = slot;
      } else if (pipeline.priority === top.pipeline.priority) {
        top = earlier(top, slot);
      } else {
        lower = earlier(lower, slot);
      }
    }
  }
  if (lower === null) return top;
  schedule.passedOver += 1;
  if (schedule.passedOver < COURTESY_EVERY) return top;
  schedule.passedOver = 0;
  return lower;
}

/** Of two slots the one served longer ago, then the one that waits longer, then the first in the configuration. */
function earlier(a: Slot | null, b: Slot | null): Slot | null {
  if (a === null || b === null) return a ?? b;
  if (a.lastTurn !== b.lastTurn) return a.lastTurn < b.lastTurn ? a : b;
  return b.sinceMs < a.sinceMs ? b : a;
}
