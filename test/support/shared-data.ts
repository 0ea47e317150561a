// Finds ../shared/data beside the clone. A user's clone has none: tests that need it are skipped by name.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the repository, wherever the compiler put this file. */
export const REPOSITORY = findRepository(dirname(fileURLToPath(import.meta.url)));

function findRepository(from: string): string {
  if (existsSync(join(from, "package.json"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error("no package.json above the tests");
  return findRepository(parent);
}

const folder = join(REPOSITORY, "..", "shared", "data");

/** Absolute path below ../shared/data. */
export function sharedData(...parts: string[]): string {
  return join(folder, ...parts);
}

/** `skip` option of a tap test that needs ../shared/data: false where it is there, else the reason. */
export const needsSharedData: false | string = existsSync(folder)
  ? false
  : "needs ../shared/data, which this clone has not";
