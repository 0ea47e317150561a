// How much memory the board has, and how much a program could still get (/proc/meminfo).

import { join } from "node:path";
import { readText } from "./read-text.js";

export interface Memory {
  readonly totalBytes: number;
  /** The kernel's own estimate of what can be had without swapping; not `MemFree`, which caches make small. */
  readonly availableBytes: number;
}

export async function readMemory(root: string): Promise<Memory | null> {
  const text = await readText(join(root, "proc/meminfo"));
  return text === null ? null : parseMemory(text);
}

/** Pure: null where a line is missing or no number. */
export function parseMemory(text: string): Memory | null {
  const totalKb = kilobytes(text, "MemTotal");
  const availableKb = kilobytes(text, "MemAvailable");
  return totalKb === null || availableKb === null
    ? null
    : { totalBytes: totalKb * 1024, availableBytes: availableKb * 1024 };
}

function kilobytes(text: string, name: string): number | null {
  const digits = new RegExp(`^${name}:\\s+(\\d{1,12}) kB$`, "m").exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
