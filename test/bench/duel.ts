// Two sides, the same pictures, in bursts by turns: what one machine does in one minute may differ from what it does in the
// next, so neither side ever has a minute for itself.

import { quantile } from "../../src/base/ring.js";
import type { BenchClient } from "./client.js";
import type { Memory, Side } from "./sides.js";

export interface Figures {
  readonly frames: number;
  readonly cpuMsPerFrame: number;
  readonly mainCpuMsPerFrame: number;
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  readonly memory: Memory;
  /** Medians of what the results say of themselves: where a frame's time goes. */
  readonly timingMs: Readonly<Record<string, number>>;
  /** Detections, or values, in all answers: equal on both sides where both do the same. */
  readonly found: number;
}

export interface Bursts {
  readonly rounds: number;
  readonly framesPerBurst: number;
  readonly inputs: number;
}

/** Both run for months: caches, allocators and V8's compilers find their level before anything counts. */
const WARM_UP_FRAMES = 300;

interface Tally {
  frames: number;
  cpuMs: number;
  mainCpuMs: number;
  found: number;
  readonly latenciesMs: number[];
  /** By stage, one per frame. */
  readonly timingsMs: Map<string, number[]>;
}

export async function duel(
  sides: readonly Side[],
  pictures: readonly Buffer[],
  client: BenchClient,
  bursts: Bursts,
): Promise<ReadonlyMap<Side, Figures>> {
  const tallies = new Map<Side, Tally>();
  for (const side of sides) {
    for (let frames = 0; frames < WARM_UP_FRAMES; frames += bursts.framesPerBurst)
      await burst(side, pictures, client, bursts, newTally());
    tallies.set(side, newTally());
  }
  for (let round = 0; round < bursts.rounds; round++) {
    // Whoever goes first would always find the other's leftovers.
    const order = round % 2 === 0 ? sides : [...sides].reverse();
    for (const side of order) await burst(side, pictures, client, bursts, tallies.get(side) ?? newTally());
  }
  return new Map([...tallies].map(([side, tally]) => [side, figuresOf(side, tally)]));
}

/** Closed loop: each input has one picture under way. */
async function burst(
  side: Side,
  pictures: readonly Buffer[],
  client: BenchClient,
  { framesPerBurst, inputs }: Bursts,
  tally: Tally,
): Promise<void> {
  const [cpuMs, mainCpuMs] = [side.cpuMs(), side.mainCpuMs()];
  for (let frame = 0; frame < framesPerBurst; frame += inputs) {
    const answers = await Promise.all(
      Array.from({ length: inputs }, (_, at) => {
        const picture = pictures[(frame + at) % pictures.length] ?? Buffer.alloc(0);
        return client.ask(side.inputTopic(at), side.resultTopic(at), picture);
      }),
    );
    for (const { latencyMs, result } of answers) {
      tally.latenciesMs.push(latencyMs);
      readResult(result, tally);
    }
    tally.frames += inputs;
  }
  tally.cpuMs += side.cpuMs() - cpuMs;
  tally.mainCpuMs += side.mainCpuMs() - mainCpuMs;
}

function newTally(): Tally {
  return { frames: 0, cpuMs: 0, mainCpuMs: 0, found: 0, latenciesMs: [], timingsMs: new Map() };
}

function figuresOf(side: Side, tally: Tally): Figures {
  return {
    frames: tally.frames,
    cpuMsPerFrame: tally.cpuMs / tally.frames,
    mainCpuMsPerFrame: tally.mainCpuMs / tally.frames,
    latencyP50Ms: quantile(tally.latenciesMs, 0.5) ?? 0,
    latencyP95Ms: quantile(tally.latenciesMs, 0.95) ?? 0,
    memory: side.memory(),
    timingMs: Object.fromEntries(
      [...tally.timingsMs].map(([stage, all]) => [stage, Number((quantile(all, 0.5) ?? 0).toFixed(2))]),
    ),
    found: tally.found,
  };
}

function readResult(result: string, tally: Tally): void {
  const document: {
    detections?: unknown[];
    values?: unknown[];
    classes?: unknown[];
    timing_ms: Record<string, number>;
  } = JSON.parse(result);
  tally.found += (document.detections ?? document.values ?? document.classes ?? []).length;
  for (const [stage, ms] of Object.entries(document.timing_ms)) {
    const all = tally.timingsMs.get(stage) ?? [];
    all.push(ms);
    tally.timingsMs.set(stage, all);
  }
}
