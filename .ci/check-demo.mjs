// Whether a run of `isotherm demo --json` did its job: every gauge was read, and read well. The last line of its output is
// the summary.

import { readFileSync } from "node:fs";

/** Percent of full scale. The smallest variant promises 2.5; one needle in ten seconds may stand anywhere. */
const MAX_MEAN_ERROR = 5;
/** Answers per gauge: a runner that also warms up three variants in these seconds is slow, not broken. */
const MIN_ANSWERED = 5;

const lines = readFileSync(process.argv[2], "utf8").trim().split("\n");
const summary = JSON.parse(lines.at(-1));
const poor = summary.gauges.filter(
  (gauge) =>
    gauge.answered < MIN_ANSWERED ||
    gauge.mean_error_percent_fs === null ||
    gauge.mean_error_percent_fs > MAX_MEAN_ERROR,
);
process.stdout.write(`${JSON.stringify(summary)}\n`);
if (summary.gauges.length === 0 || poor.length > 0) {
  process.stderr.write(`gauges that were not read, or badly: ${JSON.stringify(poor)}\n`);
  process.exitCode = 1;
}
