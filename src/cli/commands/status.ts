// `isotherm status`: what runs and how well, as the daemon's own retained documents say.

import { Command } from "commander";
import { loadConfig } from "../../config/load.js";
import type {
  AlertDocument,
  InfoDocument,
  InputStatusDocument,
  PipelineStateDocument,
  TelemetryDocument,
} from "../../contract/states.js";
import { retainedDocuments } from "../../daemon/ask.js";
import { topicsOf } from "../../topics/address.js";
import { EXIT, printLine, printPrettyJson, printTroubles, tableText } from "../output.js";

export function command(): Command {
  return new Command("status")
    .description("what runs, and how well; exit code 1 when the daemon is not online")
    .option("--config <path>", "configuration file (default: /etc/isotherm/config.yaml, else ./config/isotherm.yaml)")
    .option("--json", "one document")
    .action(async (options: { config?: string; json?: boolean }) => {
      const loaded = await loadConfig(options.config ?? null, process.env);
      if (!loaded.ok) {
        printTroubles(loaded.troubles);
        process.exitCode = EXIT.configuration;
        return;
      }
      const { config } = loaded.value;
      const read = await retainedDocuments(config);
      if (!read.ok) {
        printTroubles([read.trouble]);
        process.exitCode = EXIT.failed;
        return;
      }
      const status = sorted(read.value, topicsOf(config.mqtt.base_topic, config.node.id).base);
      if (options.json) printPrettyJson(status);
      else printLine(asText(config.node.name, status));
      if (status.status !== "online") process.exitCode = EXIT.failed;
    });
}

interface Status {
  readonly status: string;
  readonly info: InfoDocument | null;
  readonly telemetry: TelemetryDocument | null;
  readonly pipelines: readonly PipelineStateDocument[];
  readonly inputs: readonly InputStatusDocument[];
  readonly alerts: readonly AlertDocument[];
}

function sorted(documents: ReadonlyMap<string, string>, base: string): Status {
  const one = <T>(topic: string): T | null => parsed<T>(documents.get(`${base}/${topic}`));
  const many = <T>(prefix: string, suffix = ""): T[] =>
    [...documents]
      .filter(([topic]) => topic.startsWith(`${base}/${prefix}/`) && topic.endsWith(suffix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, text]) => parsed<T>(text) ?? []);
  return {
    status: documents.get(`${base}/status`) ?? "never seen at this broker",
    info: one<InfoDocument>("info"),
    telemetry: one<TelemetryDocument>("telemetry"),
    pipelines: many<PipelineStateDocument>("pipeline", "/state"),
    inputs: many<InputStatusDocument>("input", "/status"),
    alerts: many<AlertDocument>("alert"),
  };
}

/** Anyone may publish below our topics: what can't be read is left out. */
function parsed<T>(text: string | undefined): T | null {
  if (text === undefined || text === "") return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

function asText(name: string, { status, info, telemetry, pipelines, inputs, alerts }: Status): string {
  const parts = [`${name}: ${status}${info === null ? "" : `, isotherm ${info.version}${boardText(info)}`}`];
  if (telemetry !== null) parts.push(telemetryText(telemetry));
  if (pipelines.length > 0) {
    const rows = pipelines.map((pipeline) => [
      pipeline.pipeline,
      pipeline.state,
      pipeline.variant ?? "-",
      pipeline.provider ?? "-",
      `${pipeline.fps}/s`,
      pipeline.latency_ms.p50 === null ? "-" : `${pipeline.latency_ms.p50} ms`,
      pipeline.trouble === null ? pipeline.reason : `${pipeline.trouble.what} (${pipeline.trouble.remedy})`,
    ]);
    parts.push(tableText(["pipeline", "state", "variant", "provider", "answers", "latency p50", "why"], rows));
  }
  if (inputs.length > 0) {
    const rows = inputs.map((input) => [
      input.input,
      input.state,
      `${input.fps}/s`,
      String(input.received),
      String(input.dropped),
      String(input.bad),
      input.last_error?.what ?? "",
    ]);
    parts.push(tableText(["input", "state", "frames", "received", "dropped", "bad", "last error"], rows));
  }
  for (const alert of alerts) parts.push(`${alert.severity}: ${alert.where}: ${alert.what} (${alert.remedy})`);
  return parts.join("\n\n");
}

function boardText(info: InfoDocument): string {
  return info.board === null ? "" : ` on ${info.board}`;
}

function telemetryText({ hottest_c, isotherm }: TelemetryDocument): string {
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  const engine = isotherm.engine_rss_bytes === null ? "no engine" : `engine ${mib(isotherm.engine_rss_bytes)}`;
  const heat = hottest_c === null ? "" : `${hottest_c.toFixed(1)} C, `;
  return `${heat}${Math.round(isotherm.cpu_ratio * 100)} % of a core, daemon ${mib(isotherm.main_rss_bytes)}, ${engine}, ${isotherm.fps} answers/s`;
}
