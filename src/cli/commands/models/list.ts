// `isotherm models list`.

import type { Trouble } from "../../../base/trouble.js";
import { type Listed, listPackages, type PackagePlaces } from "../../../models/find-package.js";
import { EXIT, printJson, printLine, printTable, printTroubles } from "../../output.js";
import { modelSurroundings } from "./places.js";
import { bytesText, originOf, totalBytes } from "./texts.js";

interface ListedDocument {
  readonly name: string | null;
  readonly version: string | null;
  readonly task: string | null;
  readonly variants: readonly string[];
  readonly bytes: number;
  readonly from: string;
  readonly directory: string;
  /** Why it can't be used; empty where it can. */
  readonly troubles: readonly Trouble[];
}

export async function listModels(options: { config?: string; json?: boolean }): Promise<void> {
  const surroundings = await modelSurroundings(options.config ?? null);
  if (!surroundings.ok) {
    printTroubles(surroundings.troubles);
    process.exitCode = EXIT.configuration;
    return;
  }
  const { places } = surroundings.value;
  const documents = (await listPackages(places)).map((one) => listedDocument(one, places));
  if (options.json) {
    for (const document of documents) printJson(document);
    return;
  }
  const usable = documents.filter(({ troubles }) => troubles.length === 0);
  if (usable.length === 0) printLine("no usable model package is installed");
  else printTable(["name", "version", "task", "variants, best first", "size", "from"], usable.map(row));
  // What can't be used does not make the list wrong: it is told, and the exit code stays 0.
  for (const { troubles } of documents) printTroubles(troubles);
}

function listedDocument(listed: Listed, places: PackagePlaces): ListedDocument {
  const where = { directory: listed.directory, from: originOf(listed.directory, places) };
  if (!listed.ok) {
    return { name: null, version: null, task: null, variants: [], bytes: 0, ...where, troubles: listed.troubles };
  }
  const { manifest, variants } = listed.value;
  return {
    name: manifest.name,
    version: manifest.version,
    task: manifest.task,
    variants: variants.map((spec) => spec.variant),
    bytes: totalBytes(variants),
    ...where,
    troubles: [],
  };
}

function row(document: ListedDocument): string[] {
  const { name, version, task, variants, bytes, from } = document;
  return [name ?? "", version ?? "", task ?? "", variants.join(", "), bytesText(bytes), from];
}
