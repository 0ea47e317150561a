// Where this installation lies: the folder that holds package.json, models/ and config/, wherever the compiler put this file.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE_NAME = "isotherm";

interface PackageManifest {
  readonly name?: string;
  readonly version?: string;
}

/** Absolute path of the installation's root. */
export const INSTALLATION: string = findInstallation(dirname(fileURLToPath(import.meta.url)));

/** The version in package.json. */
export function versionText(): string {
  return readManifest(INSTALLATION)?.version ?? "unknown";
}

function findInstallation(from: string): string {
  if (readManifest(from)?.name === PACKAGE_NAME) return from;
  const parent = dirname(from);
  // Not an expected failure: the program runs from a file that is in no installation.
  if (parent === from) throw new Error(`no package.json of "${PACKAGE_NAME}" above ${fileURLToPath(import.meta.url)}`);
  return findInstallation(parent);
}

/** Null where there is none, or none that can be read: the search goes on upwards then. */
function readManifest(directory: string): PackageManifest | null {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as PackageManifest;
  } catch {
    return null;
  }
}
