// Variants in this process, by the engine's own code: what is measured is what the daemon would run. Never for the daemon's main
// process, which must not load a runtime.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "../base/result.js";
import type { VariantSpec } from "../contract/variant.js";
import { loadVariant, type ResidentVariant } from "../engine/child/resident.js";
import type { EngineOptions } from "../engine/protocol.js";

export type Load = (spec: VariantSpec) => Promise<Result<ResidentVariant>>;

/** Gives `work` a way to load variants, and takes away afterwards what the runtime wrote meanwhile. */
export async function withLoader<T>(engine: EngineOptions, work: (load: Load) => Promise<T>): Promise<T> {
  const scratchDirectory = await mkdtemp(join(tmpdir(), "isotherm-measure-"));
  // One variant at a time is loaded here; the budget is for what is resident together.
  const options: EngineOptions = { ...engine, scratchDirectory, memoryBudgetBytes: Number.MAX_SAFE_INTEGER };
  try {
    return await work((spec) => loadVariant(spec, options));
  } finally {
    await rm(scratchDirectory, { recursive: true, force: true });
  }
}
