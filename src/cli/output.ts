// What commands print: results on stdout, troubles on stderr. Holds no decision.

import { type Trouble, troubleLine } from "../base/trouble.js";

/** Exit codes of every command (DESIGN §2). */
export const EXIT = { done: 0, failed: 1, usage: 2, configuration: 78 } as const;

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One document on one line, so that many make JSON lines. */
export function printJson(document: unknown): void {
  printLine(JSON.stringify(document));
}

/** One document, indented for people. */
export function printPrettyJson(document: unknown): void {
  printLine(JSON.stringify(document, null, 2));
}

/** Columns as wide as their widest cell; numbers are the caller's to format. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  printLine(tableText(header, rows));
}

export function tableText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(header), ...rows.map(line)].join("\n");
}

export function printTroubles(troubles: readonly Trouble[]): void {
  for (const trouble of troubles) process.stderr.write(`${troubleLine(trouble)}\n`);
}
