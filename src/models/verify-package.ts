// Is every file of a package what its manifest promises. Reads and hashes, loads nothing.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Trouble } from "../base/trouble.js";
import type { VariantSpec } from "../contract/variant.js";
import { readVerified } from "./read-verified.js";

export interface VerifiedVariant {
  readonly spec: VariantSpec;
  /** Null: the file is there and is the promised one. */
  readonly trouble: Trouble | null;
}

/** One after the other: a board's memory holds one model more easily than all of them. */
export async function verifyVariants(variants: readonly VariantSpec[]): Promise<VerifiedVariant[]> {
  const verified: VerifiedVariant[] = [];
  for (const spec of variants) {
    const read = await readVerified(spec);
    verified.push({ spec, trouble: read.ok ? await missingPriors(spec) : read.trouble });
  }
  return verified;
}

/** The decoder's own file has no digest in the manifest, but has to be there. */
async function missingPriors(spec: VariantSpec): Promise<Trouble | null> {
  const priors = spec.output.decoder === "boxes-scores" ? spec.output.priors : undefined;
  if (priors === undefined) return null;
  const path = join(spec.directory, priors.file);
  try {
    await stat(path);
    return null;
  } catch {
    return {
      code: "model-file-missing",
      where: spec.at,
      what: `the priors ${path} are not there`,
      remedy: "copy the package again, whole",
    };
  }
}
