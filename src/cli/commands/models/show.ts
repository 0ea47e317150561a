// `isotherm models show PKG`.

import type { VariantSpec } from "../../../contract/variant.js";
import { findPackage } from "../../../models/find-package.js";
import type { ModelPackage } from "../../../models/read-package.js";
import { EXIT, printJson, printLine, printTable, printTroubles } from "../../output.js";
import { modelSurroundings } from "./places.js";
import { bytesText, originOf } from "./texts.js";

/** A list of a thousand labels says no more than its beginning. */
const LABELS_SHOWN = 20;

export async function showModel(reference: string, options: { config?: string; json?: boolean }): Promise<void> {
  const surroundings = await modelSurroundings(options.config ?? null);
  if (!surroundings.ok) {
    printTroubles(surroundings.troubles);
    process.exitCode = EXIT.configuration;
    return;
  }
  const { places } = surroundings.value;
  const found = await findPackage(reference, places);
  if (!found.ok) {
    printTroubles(found.troubles);
    process.exitCode = EXIT.failed;
    return;
  }
  const model = found.value;
  const from = originOf(model.directory, places);
  if (options.json) printJson(shownDocument(model, from));
  else printModel(model, from);
}

/** The manifest as it is understood, defaults filled in, and what was found on the disk. */
function shownDocument({ manifest, directory, labels, variants }: ModelPackage, from: string) {
  return {
    ...manifest,
    labels,
    variants: manifest.variants.map((entry, i) => ({ ...entry, bytes: variants[i]?.bytes ?? 0 })),
    from,
    directory,
  };
}

function printModel({ manifest, directory, labels, variants }: ModelPackage, from: string): void {
  printLine(`${manifest.name} ${manifest.version}`);
  if (manifest.description !== undefined) printLine(manifest.description);
  printLine("");
  const { input, output } = manifest;
  const facts: readonly [string, string][] = [
    ["task", manifest.task],
    ["licence", manifest.license],
    ["from", `${from}, ${directory}`],
    ["input", inputText(input)],
    ["decoder", decoderText(output)],
    ["labels", labelsText(labels)],
  ];
  for (const [name, value] of facts) printLine(`${name.padEnd(8)} ${value}`);
  printLine("");
  printTable(["variant", "input", "precision", "providers", "accuracy", "size", "file"], variants.map(row));
}

function inputText({ color, layout, resize, scale, mean, std }: ModelPackage["manifest"]["input"]): string {
  // One number where all channels have the same.
  const each = (numbers: readonly number[]) =>
    new Set(numbers).size === 1 ? String(numbers[0]) : `[${numbers.join(", ")}]`;
  return `${color}, ${layout}, ${resize}; x = (pixel / ${scale} - ${each(mean)}) / ${each(std)}`;
}

/** Its parameters as a person would write them. */
function decoderText({ decoder, ...parameters }: ModelPackage["manifest"]["output"]): string {
  const written = Object.entries(parameters).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return written.length === 0 ? decoder : `${decoder} (${written.join(", ")})`;
}

function labelsText(labels: readonly string[]): string {
  if (labels.length === 0) return "none: classes are named by their number";
  const shown = labels.slice(0, LABELS_SHOWN).join(", ");
  return labels.length > LABELS_SHOWN ? `${shown}, … (${labels.length} in all)` : shown;
}

function row(spec: VariantSpec): string[] {
  return [
    spec.variant,
    spec.inputSize.join("x"),
    spec.precision,
    spec.providers.join(", "),
    spec.accuracy === null ? "-" : `${spec.accuracy.metric} ${spec.accuracy.value}`,
    spec.bytes === 0 ? "missing" : bytesText(spec.bytes),
    spec.file.slice(spec.directory.length + 1),
  ];
}
