// Models in ONNX Runtime, through its Node door. Session options and their figures: docs/decisions/0010-session-options.md.

import { env, InferenceSession, listSupportedBackends } from "onnxruntime-node";
import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Provider } from "../contract/manifest.js";
import { loadTrouble } from "./load-trouble.js";
import { OrtSession } from "./onnxruntime-session.js";
import { mainProvider, placementOf } from "./profile.js";
import { ProfileScratch } from "./profile-scratch.js";
import { fallbackText, planProviders, presentProviders } from "./providers.js";
import type { RuntimeFacts, Session, SessionOptions, SessionReport } from "./runtime.js";
import { warmUp } from "./warm-up.js";

export function runtimeFacts(): RuntimeFacts {
  return {
    name: "onnxruntime",
    version: env.versions.node ?? env.versions.common,
    providersBuiltIn: presentProviders(listSupportedBackends()),
  };
}

/** Loads a model, sees who runs its nodes, and runs it until its latency is known. Codes: see load-trouble.ts. */
export async function loadSession(
  model: Uint8Array,
  options: SessionOptions,
): Promise<Result<{ readonly session: Session; readonly report: SessionReport }>> {
  // The default logger serves what happens before a session has its own; what is thrown is told as a trouble.
  env.logLevel = "fatal";
  const plan = planProviders(options.providers, presentProviders(listSupportedBackends()));
  const scratch = await ProfileScratch.open(options.scratchDirectory);
  try {
    const created = await createSession(model, plan.attempts, options, scratch);
    if (!created.ok) return created;
    const { started, failures } = created.value;
    const session = new OrtSession(created.value.raw, options.where);
    const warmed = await warmUp(session, options, scratch);
    if (!warmed.ok) {
      await session.release();
      return warmed;
    }
    const { profile, warmLatencyMs } = warmed.value;
    const placement = profile === null ? null : placementOf(profile, plan.requested[0] ?? "cpu");
    const report: SessionReport = {
      requested: plan.requested,
      nodesByProvider: placement?.nodes ?? {},
      provider: mainProvider(placement?.nodes ?? {}, started),
      fallback: fallbackText(plan, failures, placement),
      warmLatencyMs,
    };
    return ok({ session, report });
  } finally {
    await scratch?.remove();
  }
}

interface Created {
  readonly raw: InferenceSession;
  /** First provider of the list that it was made with. */
  readonly started: Provider;
  /** What the providers before it said. */
  readonly failures: Readonly<Partial<Record<Provider, string>>>;
}

/** One list after the other; the last one is the CPU alone, and what fails there is the model's fault. */
async function createSession(
  model: Uint8Array,
  attempts: readonly (readonly Provider[])[],
  options: SessionOptions,
  scratch: ProfileScratch | null,
): Promise<Result<Created>> {
  const failures: Partial<Record<Provider, string>> = {};
  let trouble: Trouble | null = null;
  for (const providers of attempts) {
    const started = providers[0] ?? "cpu";
    try {
      const raw = await InferenceSession.create(model, rawOptions(providers, options, scratch));
      return ok({ raw, started, failures });
    } catch (thrown) {
      trouble = loadTrouble(options.where, thrown);
      failures[started] = trouble.what;
    }
  }
  return fail(trouble ?? loadTrouble(options.where, "no provider was left to try"));
}

function rawOptions(
  providers: readonly Provider[],
  options: SessionOptions,
  scratch: ProfileScratch | null,
): InferenceSession.SessionOptions {
  return {
    executionProviders: [...providers],
    intraOpNumThreads: options.threads,
    // Only `parallel` execution uses a second pool; one run at a time on a small board has no use for it.
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // The arena pays: without it each run allocates anew, and the C library's heap grows by tens to hundreds of MB. The memory
    // pattern on top costs more memory and saves no time. Figures in the decision.
    enableCpuMemArena: true,
    enableMemPattern: false,
    // Warnings are about the exporter's habits and help nobody who runs the board; errors are thrown, and told as troubles.
    logSeverityLevel: 4,
    // Threads that wait for work by spinning burn a core while idle, and starve the decoder while busy.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    ...(scratch === null ? {} : { enableProfiling: true, profileFilePrefix: scratch.prefix }),
  };
}
