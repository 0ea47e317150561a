// What the demo shows: numbers gathered from topics, as a table for people. Pure: messages in, text out.

import { quantile, Ring } from "../base/ring.js";
import type { PipelineStateDocument } from "../contract/states.js";
import type { DemoGauge } from "./gauges.js";

/** Answers kept per gauge for the latency column. */
const KEPT = 256;

interface Row {
  readonly gauge: DemoGauge;
  truth: number | null;
  value: number | null;
  answered: number;
  /** Sum of absolute errors in parts of full scale, over the answers that could be compared. */
  errorSum: number;
  compared: number;
  readonly latencyMs: Ring<number>;
  state: PipelineStateDocument | null;
}

export interface DemoSummary {
  readonly seconds: number;
  readonly gauges: readonly {
    readonly name: string;
    readonly title: string;
    readonly answered: number;
    readonly fps: number;
    readonly latency_p50_ms: number | null;
    readonly latency_p95_ms: number | null;
    readonly mean_error_percent_fs: number | null;
    readonly variant: string | null;
    readonly provider: string | null;
  }[];
}

export class LiveTable {
  readonly #rows: Map<string, Row>;

  constructor(gauges: readonly DemoGauge[]) {
    this.#rows = new Map(
      gauges.map((gauge) => [
        gauge.name,
        {
          gauge,
          truth: null,
          value: null,
          answered: 0,
          errorSum: 0,
          compared: 0,
          latencyMs: new Ring<number>(KEPT),
          state: null,
        },
      ]),
    );
  }

  sawTruth(name: string, value: number): void {
    const row = this.#rows.get(name);
    if (row !== undefined) row.truth = value;
  }

  sawResult(name: string, value: number, totalMs: number): void {
    const row = this.#rows.get(name);
    if (row === undefined) return;
    row.value = value;
    row.answered += 1;
    row.latencyMs.push(totalMs);
    if (row.truth === null) return;
    const { min, max } = row.gauge.scale;
    row.errorSum += Math.abs(value - row.truth) / (max - min);
    row.compared += 1;
  }

  sawState(name: string, state: PipelineStateDocument): void {
    const row = this.#rows.get(name);
    if (row !== undefined) row.state = state;
  }

  get answered(): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + row.answered, 0);
  }

  summary(seconds: number): DemoSummary {
    return {
      seconds: round(seconds, 1),
      gauges: [...this.#rows.values()].map((row) => ({
        name: row.gauge.name,
        title: row.gauge.title,
        answered: row.answered,
        fps: round(row.answered / Math.max(seconds, 0.001), 2),
        latency_p50_ms: roundOrNull(quantile(row.latencyMs.toArray(), 0.5), 2),
        latency_p95_ms: roundOrNull(quantile(row.latencyMs.toArray(), 0.95), 2),
        mean_error_percent_fs: row.compared === 0 ? null : round((100 * row.errorSum) / row.compared, 2),
        variant: row.state?.variant ?? null,
        provider: row.state?.provider ?? null,
      })),
    };
  }

  /** Header and one row per gauge, for `tableText`. */
  cells(seconds: number): { header: string[]; rows: string[][] } {
    const summary = this.summary(seconds);
    const header = ["gauge", "reads", "needle", "mean error", "fps", "latency p50", "variant", ""];
    const rows = [...this.#rows.values()].map((row, index) => {
      const { unit } = row.gauge.scale;
      const sums = summary.gauges[index];
      return [
        row.gauge.title,
        withUnit(row.value, unit),
        withUnit(row.truth, unit),
        sums?.mean_error_percent_fs == null ? "-" : `${sums.mean_error_percent_fs.toFixed(2)} % FS`,
        sums === undefined ? "-" : sums.fps.toFixed(1),
        sums?.latency_p50_ms == null ? "-" : `${sums.latency_p50_ms.toFixed(1)} ms`,
        row.state?.variant ?? (row.state?.state === "failed" ? "failed" : "starting"),
        bar(row),
      ];
    });
    return { header, rows };
  }
}

/** Where the needle is read, as a bar that a person sees move. */
function bar(row: Row): string {
  const width = 20;
  if (row.value === null) return "";
  const { min, max } = row.gauge.scale;
  const filled = Math.round(Math.min(1, Math.max(0, (row.value - min) / (max - min))) * width);
  return `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
}

function withUnit(value: number | null, unit: string): string {
  return value === null ? "-" : `${value.toFixed(Math.abs(value) < 10 ? 2 : 1)} ${unit}`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function roundOrNull(value: number | null, digits: number): number | null {
  return value === null ? null : round(value, digits);
}
