// `isotherm demo`: the daemon with everything around it simulated, and a live table.

import { Command, InvalidArgumentError } from "commander";
import { DURATION, parseQuantity } from "../../base/units.js";
import { runDemo } from "../../demo/demo.js";
import type { DemoSummary } from "../../demo/live-table.js";
import { EXIT, printJson, printLine, printTroubles, tableText } from "../output.js";

/** Slow enough for a small board with room to spare, fast enough that a person sees the needle move. */
const DEFAULT_FPS = 4;
/** A terminal that can't redraw, or a log file, gets a table so often. */
const PLAIN_EVERY_S = 10;

/** A demo that has not read a gauge by then will not. */
const LOAD_PATIENCE_MS = 60_000;

export function command(): Command {
  return new Command("demo")
    .description("the daemon with an embedded broker, three simulated cameras and a live table")
    .option("--for <duration>", "end by itself so long after the first answer, for example 60s", parseDuration)
    .option("--fps <number>", "pictures a second of each camera", parseRate, DEFAULT_FPS)
    .option("--json", "no table; one document at the end")
    .action(async (options: { for?: number; fps: number; json?: boolean }) => {
      const ending = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => ending.abort());
      const end = () => ending.abort();
      if (options.for !== undefined) setTimeout(end, options.for + LOAD_PATIENCE_MS).unref();
      const isLive = !options.json && process.stdout.isTTY;
      let plainAtS = PLAIN_EVERY_S;
      const summary = await runDemo({
        fps: options.fps,
        env: process.env,
        signal: ending.signal,
        // What a slow board needs to load its models is not a part of the show.
        onFirstAnswer: () => {
          if (options.for !== undefined) setTimeout(end, options.for).unref();
        },
        onTable: ({ header, rows }, seconds) => {
          if (isLive) draw(header, rows, seconds);
          else if (!options.json && seconds >= plainAtS) {
            plainAtS += PLAIN_EVERY_S;
            printLine(`${tableText(header, rows)}\n`);
          }
        },
      });
      if (!summary.ok) {
        printTroubles(summary.troubles);
        process.exitCode = EXIT.failed;
        return;
      }
      if (options.json) printJson(summary.value);
      else printLine(summaryText(summary.value));
      // A demo that answered nothing has failed, whatever it looked like.
      if (summary.value.gauges.some((gauge) => gauge.answered === 0)) process.exitCode = EXIT.failed;
    });
}

/** From the top left corner, each line cleared to its end: no flicker. */
function draw(header: string[], rows: string[][], seconds: number): void {
  const title = `Isotherm demo: three cameras look at gauges that the model has never seen (${seconds.toFixed(0)} s, Ctrl-C ends it)`;
  const lines = [title, "", ...tableText(header, rows).split("\n"), ""];
  process.stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join("\n")}\n\u001b[J`);
}

function summaryText(summary: DemoSummary): string {
  const header = ["gauge", "answers", "answers/s", "latency p50", "p95", "mean error", "variant", "provider"];
  const ms = (value: number | null) => (value === null ? "-" : `${value.toFixed(1)} ms`);
  const rows = summary.gauges.map((gauge) => [
    gauge.title,
    String(gauge.answered),
    gauge.fps.toFixed(2),
    ms(gauge.latency_p50_ms),
    ms(gauge.latency_p95_ms),
    gauge.mean_error_percent_fs === null ? "-" : `${gauge.mean_error_percent_fs.toFixed(2)} % of full scale`,
    gauge.variant ?? "-",
    gauge.provider ?? "-",
  ]);
  return `\nAfter ${summary.seconds} s:\n\n${tableText(header, rows)}`;
}

function parseDuration(text: string): number {
  const parsed = parseQuantity(text, DURATION);
  if (!parsed.ok) throw new InvalidArgumentError(`${parsed.trouble.what}: ${parsed.trouble.remedy}`);
  return parsed.value;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!(rate > 0 && rate <= 100)) throw new InvalidArgumentError("a number over 0 and up to 100");
  return rate;
}
