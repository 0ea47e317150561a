// The documents that say how this node is: inputs, pipelines, telemetry, info. Made once a second at most, published when
// what people act on has changed, and otherwise every ten seconds with the latest figures.

import { arch, release, type } from "node:os";
import type { Config } from "../config/schema/config.js";
import type { Clock } from "../contract/clock.js";
import type {
  InfoDocument,
  InputStatusDocument,
  PipelineStateDocument,
  TelemetryDocument,
} from "../contract/states.js";
import { versionText } from "../system/paths.js";
import { processUsage } from "../system/process-usage.js";
import type { BoardSample } from "../telemetry/sample.js";
import type { Session } from "./broker-link.js";
import type { Pipelines } from "./pipelines.js";

/** Figures that only drift (rates, latencies, counts) are published so often. */
const FIGURES_EVERY_MS = 10_000;

/** Decides when a document goes out: at once when `essence` changed, else after ten seconds when anything changed. */
export class Pacer {
  readonly #last = new Map<string, { essence: string; whole: string; atMs: number }>();

  isDue(name: string, essence: unknown, whole: unknown, nowMs: number): boolean {
    const next = { essence: JSON.stringify(essence), whole: JSON.stringify(whole), atMs: nowMs };
    const last = this.#last.get(name);
    const due =
      last === undefined ||
      last.essence !== next.essence ||
      (nowMs - last.atMs >= FIGURES_EVERY_MS && last.whole !== next.whole);
    if (due) this.#last.set(name, next);
    return due;
  }

  forgetAll(): void {
    this.#last.clear();
  }
}

/** What a person acts on, of an input. */
export function inputEssence(document: InputStatusDocument): unknown {
  return [document.state, document.bad, document.last_error?.code];
}

/** What a person acts on, of a pipeline. */
export function pipelineEssence(document: PipelineStateDocument): unknown {
  const { state, enabled, model, variant, pinned, provider, degraded, min_score, reason, trouble } = document;
  const resident = document.variants.map((known) => [known.name, known.resident]);
  return [state, enabled, model, variant, pinned, provider, degraded, min_score, reason, trouble, resident];
}

export interface NodeFacts {
  readonly startedAt: string;
  readonly board: string | null;
  readonly configSha256: string;
  readonly session: Session | null;
}

export function infoDocument(config: Config, pipelines: Pipelines, facts: NodeFacts): InfoDocument {
  const models = new Map<string, { name: string; version: string; variants: string[] }>();
  for (const { plan } of pipelines.all) {
    if (plan.manifest === null) continue;
    const { name, version, variants } = plan.manifest;
    models.set(plan.model, { name, version, variants: variants.map((variant) => variant.name) });
  }
  const runtime = pipelines.facts?.runtime ?? null;
  return {
    schema: "isotherm.info/1",
    node: config.node.id,
    name: config.node.name,
    version: versionText(),
    started_at: facts.startedAt,
    board: facts.board,
    os: `${type()} ${release()}`,
    arch: arch(),
    node_js: process.versions.node,
    runtime:
      runtime === null
        ? null
        : {
            name: runtime.name,
            version: runtime.version,
            providers_built_in: [...runtime.providersBuiltIn],
            kernels: runtime.kernels.set,
            jpeg: runtime.kernels.jpeg ?? "sharp",
          },
    models: [...models.values()],
    config_sha256: facts.configSha256,
    mqtt: facts.session,
  };
}

/** Turns counters of CPU time into a share of one core between two calls. */
export class UsageMeter {
  #cpuMs = new Map<number, number>();
  #atMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    // The first reading covers the time since this process began, as its counter does.
    this.#atMs = clock.monotonicMs() - process.uptime() * 1000;
  }

  /** @param enginePid null while there is none */
  read(
    enginePid: number | null,
  ): Pick<TelemetryDocument["isotherm"], "main_rss_bytes" | "engine_rss_bytes" | "cpu_ratio"> {
    const nowMs = this.#clock.monotonicMs();
    const main = processUsage(process.pid);
    const engine = enginePid === null ? null : processUsage(enginePid);
    const now = new Map<number, number>();
    if (main !== null) now.set(process.pid, main.cpuMs);
    if (engine !== null && enginePid !== null) now.set(enginePid, engine.cpuMs);
    let spentMs = 0;
    // A process that is new since the last call spent all its time since then.
    for (const [pid, cpuMs] of now) spentMs += Math.max(0, cpuMs - (this.#cpuMs.get(pid) ?? 0));
    const passedMs = Math.max(1, nowMs - this.#atMs);
    this.#cpuMs = now;
    this.#atMs = nowMs;
    return {
      main_rss_bytes: main?.rssBytes ?? process.memoryUsage.rss(),
      engine_rss_bytes: engine?.rssBytes ?? null,
      cpu_ratio: Math.round((spentMs / passedMs) * 1000) / 1000,
    };
  }
}

/** What was let go, or waits, on the way to the broker. */
export type Backlog = Pick<TelemetryDocument["isotherm"], "messages_dropped" | "events_waiting" | "events_dropped">;

export function telemetryDocument(
  at: string,
  board: BoardSample,
  usage: ReturnType<UsageMeter["read"]>,
  fps: number,
  backlog: Backlog,
): TelemetryDocument {
  const { memory } = board;
  return {
    schema: "isotherm.telemetry/1",
    at,
    hottest_c: board.hottestC,
    temperatures_c: { ...board.temperaturesC },
    load_1min: board.load1,
    memory: memory === null ? null : { total_bytes: memory.totalBytes, available_bytes: memory.availableBytes },
    isotherm: { ...usage, fps: Math.round(fps * 100) / 100, ...backlog },
  };
}
