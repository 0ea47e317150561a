// A model package from its folder: manifest, labels, and each variant resolved into what an engine needs. ONNX files are
// not opened here: a damaged variant must not keep the others from running.

import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Checked, Result } from "../base/result.js";
import { ok } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import { Manifest, type Provider, type VariantEntry } from "../contract/manifest.js";
import { type VariantSpec, variantKey } from "../contract/variant.js";
import { type ParsedYaml, parseYaml } from "../yaml/parse-yaml.js";
import { readBounded } from "./bounded-read.js";
import { checkManifest, unsupportedTask } from "./check-manifest.js";

export interface ModelPackage {
  readonly manifest: Manifest;
  /** Absolute. */
  readonly directory: string;
  readonly manifestPath: string;
  /** Empty where the package has none: classes are then named by their number. */
  readonly labels: readonly string[];
  /** Best first, with absolute files; `bytes` is 0 where the file is missing. */
  readonly variants: readonly VariantSpec[];
}

export const MANIFEST_FILE = "model.yaml";

/** A manifest is written by hand: what is bigger is another file under its name. */
const MAX_MANIFEST_BYTES = 1 << 20;
/** The schema's 100 000 labels at some 80 bytes each. */
const MAX_LABELS_BYTES = 8 << 20;
/** What a variant that names none may use, in this order; the engine cuts it to what the board has. */
const ALL_PROVIDERS: readonly Provider[] = ["tensorrt", "cuda", "cpu"];

/** Everything that is wrong with the manifest and its labels at once; missing model files are found at verify or load. */
export async function readPackage(directory: string): Promise<Checked<ModelPackage>> {
  const folder = resolve(directory);
  const manifestPath = join(folder, MANIFEST_FILE);
  const text = await readBounded({
    path: manifestPath,
    title: "the manifest",
    code: "package",
    where: folder,
    remedy: "name an installed package (`isotherm models list`), or a folder with a model.yaml",
    maxBytes: MAX_MANIFEST_BYTES,
  });
  if (!text.ok) return { ok: false, troubles: [text.trouble] };
  return fromManifest(folder, manifestPath, text.value.toString("utf8"));
}

async function fromManifest(directory: string, manifestPath: string, text: string): Promise<Checked<ModelPackage>> {
  // First, since a manifest for a task to come is right in itself: forty unknown keys would not say what is the matter.
  const unsupported = unsupportedTask(text, manifestPath);
  if (unsupported !== null) return { ok: false, troubles: [unsupported] };
  const parsed = parseYaml(text, manifestPath, Manifest);
  if (!parsed.ok) return parsed;
  const { value: manifest } = parsed.value;
  const labels = await readLabels(directory, parsed.value);
  const troubles: Trouble[] = checkManifest(parsed.value);
  if (!labels.ok) troubles.push(labels.trouble);
  if (troubles.length > 0 || !labels.ok) return { ok: false, troubles };
  const variants = await Promise.all(
    manifest.variants.map((entry, i) =>
      resolveVariant(entry, {
        manifest,
        directory,
        labels: labels.value,
        at: parsed.value.at(["variants", i, "sha256"]),
      }),
    ),
  );
  return ok({ manifest, directory, manifestPath, labels: labels.value, variants });
}

interface VariantSurroundings {
  readonly manifest: Manifest;
  readonly directory: string;
  readonly labels: readonly string[];
  readonly at: string;
}

async function resolveVariant(entry: VariantEntry, around: VariantSurroundings): Promise<VariantSpec> {
  const { manifest, directory, labels, at } = around;
  const file = join(directory, entry.file);
  return {
    key: variantKey(manifest.name, manifest.version, entry.name),
    package: manifest.name,
    version: manifest.version,
    variant: entry.name,
    task: manifest.task,
    labels,
    directory,
    file,
    at,
    sha256: entry.sha256,
    bytes: await fileBytes(file),
    inputSize: entry.input_size,
    input: manifest.input,
    output: manifest.output,
    precision: entry.precision,
    providers: entry.providers ?? ALL_PROVIDERS,
    quantization: entry.input?.quantization ?? null,
    accuracy: entry.accuracy === undefined ? null : { metric: entry.accuracy.metric, value: entry.accuracy.value },
  };
}

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

async function readLabels(directory: string, parsed: ParsedYaml<Manifest>): Promise<Result<readonly string[]>> {
  const { labels } = parsed.value;
  if (labels === undefined) return ok([]);
  if (typeof labels !== "string") return ok(labels);
  const read = await readBounded({
    path: join(directory, labels),
    title: "the list of labels",
    code: "labels",
    where: parsed.at(["labels"]),
    remedy: "put it beside model.yaml, one label a line, or write the labels as a list here",
    maxBytes: MAX_LABELS_BYTES,
  });
  return read.ok ? ok(labelsFrom(read.value.toString("utf8"))) : read;
}

/** One label a line. A line's number is the class's number, so an empty line within keeps its place and is named by its number. */
export function labelsFrom(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  return lines.length === 1 && lines[0] === "" ? [] : lines.map((line, i) => (line === "" ? String(i) : line));
}
