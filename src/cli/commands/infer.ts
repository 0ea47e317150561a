// `isotherm infer`: answers for files, one result document a line, as on MQTT.

import { hostname } from "node:os";
import { Command } from "commander";
import { EXIT, printJson, printTroubles } from "../output.js";
import { chosenVariants } from "./models/chosen-variants.js";
import { interruptible } from "./models/interrupt.js";
import { modelSurroundings } from "./models/places.js";

interface Options {
  readonly model: string;
  readonly config?: string;
}

export function command(): Command {
  return new Command("infer")
    .description("answers for files, one JSON document a line; exit code 1 when a file could not be answered")
    .argument("<file...>", "pictures: JPEG, PNG or WebP")
    .requiredOption("--model <pkg[:variant]>", "installed package or package folder; default variant: the best one")
    .option("--config <path>", "configuration file (default: /etc/isotherm/config.yaml, else ./config/isotherm.yaml)")
    .option("--json", "documents are always JSON lines; taken for the sake of scripts")
    .action(infer);
}

async function infer(files: string[], options: Options): Promise<void> {
  const surroundings = await modelSurroundings(options.config ?? null);
  if (!surroundings.ok) {
    printTroubles(surroundings.troubles);
    process.exitCode = EXIT.configuration;
    return;
  }
  const { places, engine } = surroundings.value;
  const chosen = await chosenVariants(options.model, places);
  const best = chosen.ok ? chosen.value.variants[0] : undefined;
  if (!chosen.ok || best === undefined) {
    printTroubles(chosen.ok ? [] : chosen.troubles);
    process.exitCode = EXIT.failed;
    return;
  }
  // Only now: a mistyped name must not wait for the runtime.
  const [{ withLoader }, { inferFiles }, { systemClock }] = await Promise.all([
    import("../../measure/load-variant.js"),
    import("../../measure/infer.js"),
    import("../../system/clock.js"),
  ]);
  const isWhole = await interruptible((signal) =>
    withLoader(engine, async (load) => {
      const variant = await load(best);
      if (!variant.ok) {
        printTroubles([variant.trouble]);
        return false;
      }
      try {
        const counts = await inferFiles(files, variant.value, {
          node: hostname(),
          clock: systemClock,
          signal,
          onResult: printJson,
          onTrouble: (trouble) => printTroubles([trouble]),
        });
        return counts.answered === files.length;
      } finally {
        await variant.value.release();
      }
    }),
  );
  if (!isWhole) process.exitCode = EXIT.failed;
}
