// Counts the sentences of a TAP file: prints `passed failed skipped`. In tap's output a file stands at the margin, its tests four
// spaces in, their assertions deeper.

import { readFileSync } from "node:fs";

const totals = { passed: 0, failed: 0, skipped: 0 };
let failedBeforeFile = 0;
let files = 0;
for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  const point = /^( {4})?(not )?ok \d+(.*)$/.exec(line);
  if (point === null) continue;
  const [, inside, not, rest] = point;
  const isSkipped = /# (SKIP|TODO)\b/i.test(rest);
  if (inside !== undefined) {
    if (isSkipped) totals.skipped++;
    else if (not) totals.failed++;
    else totals.passed++;
    continue;
  }
  files++;
  // A file can fail with all its tests passed: it never started, or it threw, hung or was killed beside them.
  if (not && !isSkipped && totals.failed === failedBeforeFile) totals.failed++;
  // … or be skipped as a whole.
  if (isSkipped) totals.skipped++;
  failedBeforeFile = totals.failed;
}
if (files === 0) throw new Error("no test file ran");
process.stdout.write(`${totals.passed} ${totals.failed} ${totals.skipped}\n`);
