// `isotherm run`: the daemon, until a signal ends it.

import { Command } from "commander";
import { loadConfig } from "../../config/load.js";
import { DATA_DIRECTORY_IN_USE } from "../../daemon/data-directory.js";
import { runDaemon } from "../../daemon/run-daemon.js";
import { EXIT, printTroubles } from "../output.js";

/**
 * A call into a disk that hangs keeps the process, and `process.exit` waits for it, too. Whoever ended orderly and is not gone
 * after this has such a call out; the service manager's patience is 8 s.
 */
const ORDERLY_END_MS = 2000;
/** It used up the 5 s already. */
const HANGING_END_MS = 100;

export function command(): Command {
  return new Command("run")
    .description("the daemon; SIGTERM drains and ends within 5 s, SIGHUP reloads")
    .option("--config <path>", "configuration file (default: /etc/isotherm/config.yaml, else ./config/isotherm.yaml)")
    .action(async (options: { config?: string }) => {
      process.title = "isotherm";
      const daemon = await runDaemon({
        load: () => loadConfig(options.config ?? null, process.env),
        env: process.env,
      });
      if (!daemon.ok) {
        printTroubles(daemon.troubles);
        const isInUse = daemon.troubles.some(({ code }) => code === DATA_DIRECTORY_IN_USE);
        process.exitCode = isInUse ? EXIT.failed : EXIT.configuration;
        return;
      }
      const stop = (signal: string) => void daemon.value.stop(signal);
      process.on("SIGTERM", () => stop("SIGTERM"));
      process.on("SIGINT", () => stop("SIGINT"));
      process.on("SIGHUP", () => void daemon.value.reload());
      const isOrderly = await daemon.value.stopped;
      process.exitCode = isOrderly ? EXIT.done : EXIT.failed;
      setTimeout(() => process.kill(process.pid, "SIGKILL"), isOrderly ? ORDERLY_END_MS : HANGING_END_MS).unref();
    });
}
