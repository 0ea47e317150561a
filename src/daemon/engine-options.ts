// How the engine is started, and what it is told besides its variants: threads, providers, limits.

import { availableParallelism, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import type { Config } from "../config/schema/config.js";
import type { EngineCommand } from "../engine/host/engine.js";
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

/** Nothing of these is the engine's: it decodes what strangers send, so it gets no secret and can't speak to the service manager. */
const NOT_FOR_THE_ENGINE = /^(?:ISOTHERM_(?!KERNELS$)|NOTIFY_SOCKET$|WATCHDOG_|CREDENTIALS_DIRECTORY$)/;

export function engineCommand(env: Readonly<Record<string, string | undefined>>): EngineCommand {
  return {
    entry: fileURLToPath(new URL("../engine/child/main.js", import.meta.url)),
    // As in cli/main.ts: a small nursery, and buffers that are freed at once.
    execArgv: ["--max-semi-space-size=1", "--no-concurrent-array-buffer-sweeping"],
    env: {
      ...Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_FOR_THE_ENGINE.test(name))),
      // glibc makes an arena per thread (mallopt(3)); with two, 161 MiB became 140 at the same CPU time (decisions/0010).
      MALLOC_ARENA_MAX: env.MALLOC_ARENA_MAX ?? "2",
    },
  };
}
