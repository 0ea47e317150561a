// Labelled data as folders of pictures: `DIR/<label>/*.jpg` for classification, `DIR/<value>/*.jpg` for regression.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { nearestName } from "../../base/nearest.js";
import { fail, ok, type Result } from "../../base/result.js";
import { type Trouble, thrownText } from "../../base/trouble.js";
import type { ModelPackage } from "../../models/read-package.js";
import type { LabelledFrame, ReadLabelled, Truth } from "./labelled-frame.js";

/** By the name, and not by the content: a damaged picture must count as bad, a note beside the pictures must not. */
const PICTURE_NAME = /\.(jpe?g|png|webp)$/i;

/** Every folder whose name is no label or value is a trouble of its own. */
export async function readFolders(
  directory: string,
  task: "classification" | "regression",
  model: ModelPackage,
): ReadLabelled {
  const frames: LabelledFrame[] = [];
  const troubles: Trouble[] = [];
  for (const name of await entriesIn(directory)) {
    const folder = join(directory, name);
    const pictures = await picturesIn(folder);
    if (!pictures.ok) troubles.push(pictures.trouble);
    // A folder without pictures says nothing that could be wrong.
    else if (pictures.value.length > 0) {
      const truth = task === "regression" ? valueTruth(name, folder) : labelTruth(name, folder, model.labels);
      if (truth.ok) for (const path of pictures.value) frames.push({ path, truth: truth.value });
      else troubles.push(truth.trouble);
    }
  }
  if (troubles.length === 0 && frames.length === 0) {
    troubles.push({
      code: "data-empty",
      where: directory,
      what: "no folder below it holds a picture",
      remedy: `put the pictures (.jpg, .png, .webp) into folders named by their ${task === "regression" ? "value" : "label"}`,
    });
  }
  return troubles.length > 0 ? { ok: false, troubles } : ok({ source: directory, framesFor: () => ok(frames) });
}

function labelTruth(name: string, folder: string, labels: readonly string[]): Result<Truth> {
  // A package without labels names its classes by their number.
  if (labels.includes(name) || (labels.length === 0 && /^\d+$/.test(name))) return ok({ kind: "label", label: name });
  const near = nearestName(name, labels);
  const some = labels.slice(0, 12).join(", ");
  return fail({
    code: "folder-not-a-label",
    where: folder,
    what: `the package has no label "${name}"`,
    remedy:
      near !== null
        ? `did you mean "${near}"?`
        : labels.length === 0
          ? "the package has no labels: name the folders by the number of the class"
          : `its labels are ${some}${labels.length > 12 ? ", …" : ""}`,
  });
}

function valueTruth(name: string, folder: string): Result<Truth> {
  if (/^[+-]?\d+(\.\d+)?$/.test(name)) return ok({ kind: "value", value: Number(name) });
  return fail({
    code: "folder-not-a-value",
    where: folder,
    what: `"${name}" is not a number`,
    remedy: "name the folder by the true value in the package's unit, for example 0.75",
  });
}

async function entriesIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => !name.startsWith(".")).sort(byNumberThenText);
}

/** Files that lie beside the folders are no folders of pictures. */
async function picturesIn(folder: string): Promise<Result<string[]>> {
  try {
    if (!(await stat(folder)).isDirectory()) return ok([]);
    const names = (await entriesIn(folder)).filter((name) => PICTURE_NAME.test(name));
    return ok(names.map((name) => join(folder, name)));
  } catch (thrown) {
    return fail({
      code: "folder-unreadable",
      where: folder,
      what: thrownText(thrown),
      remedy: "let your user read the folder",
    });
  }
}

/** 9.5 before 10: values in the order of a scale. */
function byNumberThenText(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
