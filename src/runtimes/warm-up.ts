// First runs before answers count: the input is checked, one run is profiled, and a few more tell the latency.

import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Tensor } from "../contract/tensor.js";
import type { OrtSession } from "./onnxruntime-session.js";
import type { ProfileScratch } from "./profile-scratch.js";
import type { SessionOptions } from "./runtime.js";
import { elementCount, shapeText, zerosOf } from "./tensor-data.js";

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

/** Codes: several-inputs, no-input, unsupported-tensor-type, input-shape-mismatch, no-output, run-failed, out-of-memory. */
export async function warmUp(
  session: OrtSession,
  options: SessionOptions,
  scratch: ProfileScratch | null,
): Promise<Result<Warmed>> {
  const input = warmInput(session, options);
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

/** Zeros in the shape that frames will have, or the trouble that the model does not take it. */
function warmInput(session: OrtSession, options: SessionOptions): Result<Tensor> {
  const { where, inputShape } = options;
  const [input, ...more] = session.inputs;
  if (input === undefined) return fail(modelTrouble(where, "no-input", "the model has no input"));
  if (more.length > 0) {
    const names = session.inputs.map(({ name, type, shape }) => `${name} (${type} ${shapeText(shape)})`).join(", ");
    return fail(modelTrouble(where, "several-inputs", `the model has ${session.inputs.length} inputs: ${names}`));
  }
  if (session.outputs.length === 0)
    return fail(modelTrouble(where, "no-output", "none of the model's outputs is a tensor of numbers"));
  const fits =
    input.shape.length === inputShape.length &&
    input.shape.every((dimension, i) => dimension === null || dimension === inputShape[i]);
  if (!fits) {
    return fail({
      code: "input-shape-mismatch",
      where,
      what: `frames become ${shapeText(inputShape)}, the model's input "${input.name}" takes ${shapeText(input.shape)}`,
      remedy: "correct `input_size` (width, height) of the variant, or `layout` and `color` of the package",
    });
  }
  const data = zerosOf(input.type, elementCount(inputShape));
  if (data === null)
    return fail(modelTrouble(where, "unsupported-tensor-type", `the input "${input.name}" is ${input.type}`));
  return ok({ type: input.type, shape: inputShape, data });
}

function modelTrouble(where: string, code: string, what: string): Trouble {
  return {
    code,
    where,
    what,
    remedy: "export the model with one tensor of numbers as its input, and tensors of numbers as its outputs",
  };
}
