// Labelled data for detection: `expected.json`, { variant: { "path": { width, height, must, may } } }. The variant `*` stands
// for each that is not named.

import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { nearestName } from "../../base/nearest.js";
import { fail, ok, type Result } from "../../base/result.js";
import { type Trouble, thrownText } from "../../base/trouble.js";
import { Box } from "../../contract/result.js";
import { readBounded } from "../../models/bounded-read.js";
import type { LabelledFrame, ReadLabelled } from "./labelled-frame.js";

/** A thousand boxes take about 200 KB. */
const MAX_BYTES = 64 << 20;
/** The first show what kind of mistake it is; a file made by a program has it in each of its lines. */
const MAX_TROUBLES = 5;
/** Paths are relative to the file's folder, or to the nearest folder above in which they are: a package's file names the data's. */
const LEVELS_UP = 3;
const ANY_VARIANT = "*";

const Boxes = z.array(z.object({ label: z.string(), box: Box }));
const ExpectedFrame = z.object({ must: Boxes, may: Boxes.default([]) });
const ExpectedFile = z.record(z.string(), z.record(z.string(), ExpectedFrame));
type ExpectedFile = z.infer<typeof ExpectedFile>;

export async function readExpectedBoxes(path: string): ReadLabelled {
  const read = await readBounded({
    path,
    title: "the list of expected boxes",
    code: "data",
    where: path,
    remedy: "put an expected.json there: { variant: { picture: { must: [{ label, box }], may: [] } } }",
    maxBytes: MAX_BYTES,
  });
  if (!read.ok) return { ok: false, troubles: [read.trouble] };
  const parsed = ExpectedFile.safeParse(parseJson(read.value.toString("utf8")));
  if (!parsed.success) return { ok: false, troubles: formTroubles(path, parsed.error) };
  const root = await rootOf(dirname(path), parsed.data);
  return ok({ source: path, framesFor: (variant) => framesOf(parsed.data, variant, path, root) });
}

function framesOf(file: ExpectedFile, variant: string, where: string, root: string): Result<readonly LabelledFrame[]> {
  const frames = Object.hasOwn(file, variant) ? file[variant] : file[ANY_VARIANT];
  if (frames !== undefined && Object.keys(frames).length > 0) {
    return ok(
      Object.entries(frames).map(([name, { must, may }]) => ({
        path: join(root, name),
        truth: { kind: "boxes", must, may },
      })),
    );
  }
  const near = nearestName(variant, Object.keys(file));
  return fail({
    code: "variant-not-expected",
    where,
    what: `nothing is expected of the variant ${variant}`,
    remedy: `${near === null ? `it has ${Object.keys(file).join(", ")}` : `did you mean "${near}"?`}; "${ANY_VARIANT}" stands for every variant`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    // No object: the schema refuses it with the parser's own words.
    return thrownText(thrown);
  }
}

function formTroubles(path: string, error: z.ZodError): Trouble[] {
  return error.issues.slice(0, MAX_TROUBLES).map((issue) => ({
    code: "expected-form",
    where: issue.path.length === 0 ? path : `${path}: ${issue.path.join(" > ")}`,
    what: issue.message,
    remedy: "the form is { variant: { picture: { must: [{ label, box: { x, y, w, h } }], may: [] } } }",
  }));
}

/** Where no folder has the first picture, the file's own: the troubles then name paths that a person expects. */
async function rootOf(folder: string, file: ExpectedFile): Promise<string> {
  const first = Object.values(file).flatMap((frames) => Object.keys(frames))[0];
  let candidate = folder;
  for (let level = 0; first !== undefined && level <= LEVELS_UP; level++) {
    if (await exists(join(candidate, first))) return candidate;
    candidate = dirname(candidate);
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
