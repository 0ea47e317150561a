// What the engine is told besides its variants: threads, providers, limits. Pure but for the number of cores.

import { availableParallelism, tmpdir } from "node:os";
import type { Config } from "../config/schema/config.js";
import type { EngineOptions } from "../engine/protocol.js";

/** More threads than this gain little on models of an edge board's size, and take the decoder's core. */
const MAX_AUTO_THREADS = 4;

export function engineOptions(config: Config): EngineOptions {
  const { engine } = config;
  return {
    // One core stays free: the next frame is decoded while this one runs, and the main process must answer.
    threads:
      engine.threads === "auto" ? Math.max(1, Math.min(MAX_AUTO_THREADS, availableParallelism() - 1)) : engine.threads,
    providers: engine.providers,
    memoryBudgetBytes: engine.memory,
    maxPixels: engine.max_pixels,
    scratchDirectory: tmpdir(),
  };
}
