// Which variants stay in memory. Pure: the order is the main process's, the budget the owner's.

import type { Trouble } from "../../base/trouble.js";
import type { VariantSpec } from "../../contract/variant.js";

/**
 * Null where the variant may be loaded. Each package's first one always may: a pipeline that answers past the budget is better than
 * one that does not answer.
 * @param before what was decided on already, in order; @param rssBytes resident memory of the engine now
 */
export function budgetTrouble(
  spec: VariantSpec,
  before: readonly VariantSpec[],
  rssBytes: number,
  budgetBytes: number,
): Trouble | null {
  const isFirst = !before.some((other) => other.package === spec.package && other.version === spec.version);
  // Weights take at least the file's size; what a run needs besides is only known afterwards.
  if (isFirst || rssBytes + spec.bytes <= budgetBytes) return null;
  return {
    code: "variant-not-resident",
    where: spec.at,
    what: `no memory is left for ${spec.variant}: the engine uses ${mebibytes(rssBytes)} of ${mebibytes(budgetBytes)}, the file has ${mebibytes(spec.bytes)}`,
    remedy: "raise `engine.memory`, or list fewer variants for the pipeline",
  };
}

const BYTES_PER_MEBIBYTE = 1024 ** 2;

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / BYTES_PER_MEBIBYTE)} MiB`;
}
