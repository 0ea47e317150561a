// `isotherm check`: everything that can be known to be wrong before the daemon starts, all at once.

import { Command } from "commander";
import type { Trouble } from "../../base/trouble.js";
import { type LoadedConfig, loadConfig } from "../../config/load.js";
import { commandMqttSettings } from "../../daemon/mqtt-settings.js";
import { packagePlaces } from "../../daemon/package-places.js";
import { planPipelines } from "../../daemon/plan-pipelines.js";
import { readVerified } from "../../models/read-verified.js";
import { tryConnect } from "../../mqtt/connection.js";
import { EXIT, printJson, printLine, printTroubles } from "../output.js";

/** A broker on a local network answers within milliseconds; one behind a slow uplink within seconds. */
const BROKER_PATIENCE_MS = 5000;

interface Findings {
  /** Names the part that was checked, where it was found well. */
  readonly fine: string[];
  readonly troubles: Trouble[];
}

export function command(): Command {
  return new Command("check")
    .description("is the configuration right, with the packages it names and the broker")
    .option("--config <path>", "configuration file (default: /etc/isotherm/config.yaml, else ./config/isotherm.yaml)")
    .option("--json", "one document")
    .action(async (options: { config?: string; json?: boolean }) => {
      const loaded = await loadConfig(options.config ?? null, process.env);
      if (!loaded.ok) {
        report({ fine: [], troubles: [...loaded.troubles] }, options.json ?? false);
        process.exitCode = EXIT.configuration;
        return;
      }
      const findings: Findings = { fine: [`configuration ${loaded.value.path}`], troubles: [] };
      await checkPackages(loaded.value, findings);
      await checkBroker(loaded.value, findings);
      report(findings, options.json ?? false);
      if (findings.troubles.length > 0) process.exitCode = EXIT.failed;
    });
}

async function checkPackages(loaded: LoadedConfig, findings: Findings): Promise<void> {
  const checked = new Set<string>();
  for (const plan of await planPipelines(loaded, packagePlaces(loaded))) {
    const { trouble } = plan;
    if (trouble !== null) {
      // Pipelines that share a package share what is wrong with it.
      const isKnown = findings.troubles.some(({ where, what }) => where === trouble.where && what === trouble.what);
      if (!isKnown) findings.troubles.push(trouble);
      continue;
    }
    for (const variant of plan.candidates.variants) {
      if (checked.has(variant.key)) continue;
      checked.add(variant.key);
      const read = await readVerified(variant);
      if (read.ok) findings.fine.push(`model ${variant.key}`);
      else findings.troubles.push(read.trouble);
    }
  }
}

async function checkBroker({ config }: LoadedConfig, findings: Findings): Promise<void> {
  const tried = await tryConnect(commandMqttSettings(config), BROKER_PATIENCE_MS);
  if (tried.ok) {
    const { protocol, tls } = tried.value;
    findings.fine.push(`broker ${config.mqtt.url} (MQTT ${protocol}${tls ? ", TLS" : ""})`);
  } else {
    findings.troubles.push(tried.trouble);
  }
}

function report(findings: Findings, json: boolean): void {
  if (json) {
    printJson({ ok: findings.troubles.length === 0, fine: findings.fine, troubles: findings.troubles });
    return;
  }
  for (const fine of findings.fine) printLine(`ok  ${fine}`);
  printTroubles(findings.troubles);
}
