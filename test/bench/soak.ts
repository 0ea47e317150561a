// Ten minutes at full load: does the resident memory of the daemon grow?

import { quantile } from "../../src/base/ring.js";
import type { BenchClient } from "./client.js";
import type { Side } from "./sides.js";

export interface SoakFigures {
  readonly frames: number;
  readonly seconds: number;
  /** Median of the resident memory of all processes, bytes: over the second minute, and over the last. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
}

const SAMPLE_MS = 2000;

/** Two pictures under way all the time: the engine runs one and decodes the other. The first minute warms up. */
export async function soak(
  side: Side,
  pictures: readonly Buffer[],
  client: BenchClient,
  minutes: number,
): Promise<SoakFigures> {
  const startMs = performance.now();
  const endMs = startMs + minutes * 60_000;
  const samples: { atMs: number; bytes: number }[] = [];
  let frames = 0;
  const sampler = setInterval(
    () => samples.push({ atMs: performance.now() - startMs, bytes: side.memory().rss }),
    SAMPLE_MS,
  );
  const feed = async (at: number) => {
    for (let frame = at; performance.now() < endMs; frame++) {
      await client.ask(side.inputTopic(at), side.resultTopic(at), pictures[frame % pictures.length] ?? Buffer.alloc(0));
      frames += 1;
    }
  };
  await Promise.all([feed(0), feed(1)]);
  clearInterval(sampler);
  const minute = Math.min(60_000, (minutes * 60_000) / 4);
  const between = (fromMs: number, toMs: number) =>
    quantile(
      samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ bytes }) => bytes),
      0.5,
    ) ?? 0;
  return {
    frames,
    seconds: Math.round((performance.now() - startMs) / 1000),
    earlyBytes: between(minute, 2 * minute),
    lateBytes: between(minutes * 60_000 - minute, Number.POSITIVE_INFINITY),
  };
}
