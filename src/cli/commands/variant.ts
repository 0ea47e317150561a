// `isotherm variant PIPELINE NAME|auto`: pins a variant, or hands the choice back.

import { Command } from "commander";
import { loadConfig } from "../../config/load.js";
import { askDaemon } from "../../daemon/ask.js";
import { topicsOf } from "../../topics/address.js";
import { EXIT, printJson, printLine, printTroubles } from "../output.js";

export function command(): Command {
  return new Command("variant")
    .description("pins a pipeline's variant, or hands it back with `auto`")
    .argument("<pipeline>")
    .argument("<variant>", "a variant's name, or auto")
    .option("--config <path>", "configuration file (default: /etc/isotherm/config.yaml, else ./config/isotherm.yaml)")
    .option("--json", "one document")
    .action(async (pipeline: string, variant: string, options: { config?: string; json?: boolean }) => {
      const loaded = await loadConfig(options.config ?? null, process.env);
      if (!loaded.ok) {
        printTroubles(loaded.troubles);
        process.exitCode = EXIT.configuration;
        return;
      }
      const { config } = loaded.value;
      const topic = topicsOf(config.mqtt.base_topic, config.node.id).pipelineSet(pipeline, "variant");
      const answer = await askDaemon(config, { topic, payload: variant, qos: 1, retain: false }, "set-variant");
      if (!answer.ok) {
        if (options.json) printJson({ ok: false, error: answer.trouble });
        else printTroubles([answer.trouble]);
        process.exitCode = EXIT.failed;
        return;
      }
      const result = answer.value as { readonly variant: string | null };
      if (options.json) printJson({ ok: true, pipeline, ...result });
      else printLine(`${pipeline}: ${result.variant ?? "nothing"} runs${variant === "auto" ? "" : ", pinned"}`);
    });
}
