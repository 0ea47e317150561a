// What a process costs, from procfs: this one, or the engine beside it, which cannot be asked while it runs a model.

import { readFileSync } from "node:fs";

export interface ProcessUsage {
  readonly rssBytes: number;
  /** CPU time since the start of the process, all its threads, user and system. */
  readonly cpuMs: number;
}

/** Clock ticks in /proc/<pid>/stat: USER_HZ is 100 in the kernel's ABI for x86 and ARM, whatever the kernel's own HZ (time(7)). */
const TICK_MS = 10;
/** Places in /proc/<pid>/stat behind the closing bracket of the command (proc(5): fields 14 and 15, the first behind it is 3). */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** Null where the process is gone, ended and not yet waited for, or where there is no procfs. */
export function processUsage(pid: number): ProcessUsage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return parseUsage(stat, status);
  } catch {
    return null;
  }
}

/** Pure: the text of /proc/<pid>/stat and /proc/<pid>/status to numbers. */
export function parseUsage(stat: string, status: string): ProcessUsage | null {
  // The command stands in brackets and may itself hold brackets and blanks; the last bracket ends it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS]);
  // From `status`, which counts in kB: `stat` counts pages, and those are 16 KiB on a Raspberry Pi 5.
  const rssKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  if (!Number.isFinite(ticks) || !Number.isFinite(rssKb)) return null;
  return { rssBytes: rssKb * 1024, cpuMs: ticks * TICK_MS };
}
