// Packages in temporary folders, written as a model author would.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const MODEL_BYTES = Buffer.from("not an ONNX file, but bytes with a digest");
export const MODEL_SHA256 = createHash("sha256").update(MODEL_BYTES).digest("hex");

/** A right manifest; lines are changed by `replace` and added at the end by `more`. */
export function manifestText(name: string, version: string, replace: Readonly<Record<string, string>> = {}): string {
  const lines = [
    "isotherm: model/1",
    `name: ${name}`,
    `version: ${version}`,
    "license: Apache-2.0",
    "task: classification",
    "labels: [cat, dog]",
    "input:",
    "  kind: image",
    "output:",
    "  decoder: softmax",
    "variants:",
    "  - name: large",
    "    file: large.onnx",
    `    sha256: ${MODEL_SHA256}`,
    "    input_size: [64, 48]",
    "    accuracy: { metric: top1, value: 0.9 }",
    "  - name: small",
    "    file: small.onnx",
    `    sha256: ${MODEL_SHA256}`,
    "    input_size: [32, 24]",
    "    providers: [cpu]",
  ];
  return `${lines.map((line) => replace[line] ?? line).join("\n")}\n`;
}

/** Writes files below `folder`, with the folders that they need. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

export function packageFiles(manifest: string): Record<string, string | Buffer> {
  return { "model.yaml": manifest, "large.onnx": MODEL_BYTES, "small.onnx": MODEL_BYTES };
}
