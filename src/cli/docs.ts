// `npm run docs`: writes what is made from the schemas, the reference configuration and docs/reference. No command of the
// installed program: it writes into the clone.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { referenceYaml } from "../config/reference.js";
import { configurationPage, packagePage, payloadsPage } from "../config/reference-pages.js";
import { INSTALLATION } from "../system/paths.js";
import { PAYLOAD_SCHEMAS } from "../topics/payload-schemas.js";
import { printLine } from "./output.js";

/** Every generated text by its path in the clone; a test compares them with what is there. */
export function generatedTexts(): Readonly<Record<string, string>> {
  return {
    "config/isotherm.yaml": referenceYaml(),
    "docs/reference/configuration.md": configurationPage(),
    "docs/reference/package.md": packagePage(),
    "docs/reference/payloads.md": payloadsPage(PAYLOAD_SCHEMAS),
  };
}

async function writeAll(): Promise<void> {
  for (const [path, text] of Object.entries(generatedTexts())) {
    const file = join(INSTALLATION, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    printLine(path);
  }
}

// Only when it is the program that was started: the test imports it to compare, not to write.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await writeAll();
