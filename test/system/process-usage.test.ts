import { spawn } from "node:child_process";
import { once } from "node:events";
import fc from "fast-check";
import t from "tap";
import { type ProcessUsage, parseUsage, processUsage } from "../../src/system/process-usage.js";

t.test("this process has memory, and its time only grows", async (t) => {
  const before = usageOfThis();
  spendCpu(50);
  const after = usageOfThis();
  const reported = process.memoryUsage.rss();
  t.ok(after.rssBytes > reported / 2 && after.rssBytes < reported * 2, "as Node itself counts it");
  t.ok(after.cpuMs > before.cpuMs);
});

t.test("a process that is gone has no usage", async (t) => {
  const child = spawn(process.execPath, ["-e", ""]);
  const { pid } = child;
  await once(child, "close");
  t.equal(processUsage(pid ?? 0), null);
});

t.test("a command may hold brackets and blanks, and any text is read or refused", async (t) => {
  const stat = "42 (a) R (b) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 11 0 100 1000 200";
  t.same(parseUsage(stat, "Name:\tx\nVmRSS:\t    2048 kB\n"), { rssBytes: 2048 * 1024, cpuMs: 3000 });
  t.equal(parseUsage(stat, "Name:\tx\nState:\tZ (zombie)\n"), null, "ended, and not yet waited for");
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => parseUsage(a, b) === null));
});

function usageOfThis(): ProcessUsage {
  const usage = processUsage(process.pid);
  if (usage === null) throw new Error("procfs says nothing of this process");
  return usage;
}

/** More than one tick of the kernel's accounting, in CPU time: a busy machine only makes it last longer. */
function spendCpu(ms: number): void {
  const start = process.cpuUsage();
  while (process.cpuUsage(start).user < ms * 1000);
}
