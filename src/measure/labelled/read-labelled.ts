// Labelled data for a package's task: folders named by label or value, or an `expected.json` for boxes.

import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Task } from "../../contract/manifest.js";
import type { ModelPackage } from "../../models/read-package.js";
import type { ReadLabelled } from "./labelled-frame.js";
import { readExpectedBoxes } from "./read-expected-boxes.js";
import { readFolders } from "./read-folders.js";

const EXPECTED_FILE = "expected.json";

/** @param path a folder; for detection also the JSON file itself, whatever its name */
export async function readLabelled(path: string, model: ModelPackage): ReadLabelled {
  const at = resolve(path);
  const { task, output } = model.manifest;
  if (output.decoder === "raw") {
    return refused("answer-not-scored", at, "the decoder raw gives tensors, which have no right or wrong", "use infer");
  }
  const isFolder = await isDirectory(at);
  if (task === "detection") return readExpectedBoxes(isFolder ? join(at, EXPECTED_FILE) : at);
  if (!isFolder) return refused("data-missing", at, "there is no such folder", `name a folder with ${FORM[task]}`);
  return readFolders(at, task, model);
}

const FORM: Readonly<Record<Exclude<Task, "detection">, string>> = {
  classification: "a folder of pictures for each label",
  regression: "a folder of pictures for each value",
};

function refused(code: string, where: string, what: string, remedy: string): Awaited<ReadLabelled> {
  return { ok: false, troubles: [{ code, where, what, remedy }] };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
