// First runs before answers count: one is profiled, a few more tell the latency.

import { ok, type Result } from "../base/result.js";
import type { OrtSession } from "./onnxruntime-session.js";
import type { ProfileScratch } from "./profile-scratch.js";
import type { SessionOptions } from "./runtime.js";

/** Runs after the first one: enough for a median … */
const WARM_RUNS = 5;
/** … but a slow model on a slow board must not hold up the others for longer than this. */
const WARM_LIMIT_MS = 1500;

export interface Warmed {
  /** Text of the profile of the first run; null where there is none. */
  readonly profile: string | null;
  /** Median. */
  readonly warmLatencyMs: number;
}

export async function warmUp(
  session: OrtSession,
  options: SessionOptions,
  scratch: ProfileScratch | null,
): Promise<Result<Warmed>> {
  const input = await options.firstInput(session.inputs, session.outputs);
  if (!input.ok) return input;
  const first = await session.run(input.value);
  if (!first.ok) return first;
  let profile: string | null = null;
  if (scratch !== null) {
    // Profiling that was ended costs nothing: runs are as fast as those of a session without (measured at 0.2 and 2 ms a run).
    session.endProfiling();
    profile = await scratch.text();
  }
  session.keepOutputs();
  const latencies: number[] = [];
  const startedAtMs = performance.now();
  do {
    const atMs = performance.now();
    const run = await session.run(input.value);
    if (!run.ok) return run;
    latencies.push(performance.now() - atMs);
  } while (latencies.length < WARM_RUNS && performance.now() - startedAtMs < WARM_LIMIT_MS);
  latencies.sort((a, b) => a - b);
  return ok({ profile, warmLatencyMs: latencies[latencies.length >> 1] ?? 0 });
}
