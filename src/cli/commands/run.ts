// `isotherm run`: the daemon, until a signal ends it.

import { Command } from "commander";
import { loadConfig } from "../../config/load.js";
import { runDaemon } from "../../daemon/run-daemon.js";
import { EXIT, printTroubles } from "../output.js";

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
        process.exitCode = EXIT.configuration;
        return;
      }
      const stop = (signal: string) => void daemon.value.stop(signal);
      process.on("SIGTERM", () => stop("SIGTERM"));
      process.on("SIGINT", () => stop("SIGINT"));
      process.on("SIGHUP", () => void daemon.value.reload());
      process.exitCode = (await daemon.value.stopped) ? EXIT.done : EXIT.failed;
    });
}
