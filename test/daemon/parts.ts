// What tests of the daemon's parts have in common: a configuration, plans for packages that need no disk, frames, a clock that
// stands until it is moved.

import type { LoadedConfig } from "../../src/config/load.js";
import { configFromObject } from "../../src/config/load.js";
import type { Clock } from "../../src/contract/clock.js";
import type { Frame } from "../../src/contract/frame.js";
import type { LoadReport, VariantSpec } from "../../src/contract/variant.js";
import type { PipelinePlan } from "../../src/daemon/pipeline-live.js";
import type { EngineFacts } from "../../src/engine/host/supervisor.js";

/** Checked as the daemon checks it; `sections` are laid over a minimal one. */
export function loadedConfig(sections: Readonly<Record<string, unknown>> = {}): LoadedConfig {
  const written = { version: 1, node: { id: "test" }, mqtt: { url: "mqtt://localhost" }, ...sections };
  const config = configFromObject(written, {});
  if (!config.ok) throw new Error(config.troubles.map(({ what }) => what).join("; "));
  const at = (path: readonly (string | number)[]) => `config.yaml:${path.join(".")}`;
  return { config: config.value, path: "/nowhere/config.yaml", sha256: "", secrets: [], at };
}

// Only names matter to the main process; the rest of a spec is the engine's.
export function spec(variant: string, pkg = "light", version = "1.0.0"): VariantSpec {
  return {
    key: `${pkg}@${version}:${variant}`,
    package: pkg,
    version,
    variant,
    accuracy: null,
    task: "classification",
  } as VariantSpec;
}

/** A plan of a pipeline of that name, as planPipelines makes it, with these variants. */
export function plan(
  name: string,
  variants: readonly VariantSpec[],
  settings: Readonly<Record<string, unknown>> = {},
): PipelinePlan {
  const { config } = loadedConfig({
    inputs: { cam: { mqtt: { topic: "cam" } }, other: { mqtt: { topic: "other" } } },
    pipelines: { [name]: { inputs: ["cam"], model: "light", ...settings } },
  });
  const configured = config.pipelines[name];
  if (configured === undefined) throw new Error("the pipeline that was just configured");
  return {
    name,
    title: name,
    model: "light@1.0.0",
    enabled: configured.enabled,
    minScore: configured.min_score ?? null,
    candidates: { pipeline: name, variants, operatorPin: null, configuredPin: configured.variant ?? null },
    trouble: null,
    settings: configured,
    manifest: null,
    labels: ["dark", "bright"],
    value: null,
  };
}

export function facts(resident: readonly VariantSpec[], failures: EngineFacts["failures"] = new Map()): EngineFacts {
  const report = ({ key }: VariantSpec) =>
    ({
      key,
      provider: "cpu",
      requested: ["cpu"],
      nodesByProvider: { cpu: 3 },
      fallback: null,
      warmLatencyMs: 1,
    }) as unknown as LoadReport;
  return {
    set: { variants: resident, options: {} as EngineFacts["set"]["options"] },
    runtime: null,
    reports: new Map(resident.map((variant) => [variant.key, report(variant)])),
    failures,
  };
}

export class StandingClock implements Clock {
  nowMs = 0;
  monotonicMs = (): number => this.nowMs;
  isoNow = (): string => new Date(Date.UTC(2026, 0, 1) + this.nowMs).toISOString();
}

export function frame(input: string, seq: number, receivedAtMs = 0): Frame {
  return {
    input,
    seq,
    receivedAt: "2026-01-02T03:04:05.678Z",
    receivedAtMs,
    capturedAt: null,
    encoding: "jpeg",
    raw: null,
    payload: Buffer.from(`${input} ${seq}`),
  };
}
