// Processes that run or wait for a core or a disk, averaged over a minute (/proc/loadavg).

import { join } from "node:path";
import { readText } from "./read-text.js";

export async function readLoad1(root: string): Promise<number | null> {
  const text = await readText(join(root, "proc/loadavg"));
  return text === null ? null : parseLoad1(text);
}

/** Pure: the first number of the line. */
export function parseLoad1(text: string): number | null {
  const digits = /^(\d{1,6}\.\d{1,4}) /.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
