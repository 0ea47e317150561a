// A frame with what a perfect answer to it would be, and where such frames come from.

import type { Checked, Result } from "../../base/result.js";
import type { Box } from "../../contract/result.js";

export interface LabelledBox {
  readonly label: string;
  readonly box: Box;
}

export type Truth =
  | { readonly kind: "label"; readonly label: string }
  | { readonly kind: "value"; readonly value: number }
  /** `must` has to be found; a detection that is neither `must` nor `may` is a false one. */
  | { readonly kind: "boxes"; readonly must: readonly LabelledBox[]; readonly may: readonly LabelledBox[] };

export interface LabelledFrame {
  readonly path: string;
  readonly truth: Truth;
}

export interface LabelledData {
  /** Where it was read from. */
  readonly source: string;
  /** The truth may depend on the variant: a smaller one is not asked for what only the larger ones see. */
  framesFor(variant: string): Result<readonly LabelledFrame[]>;
}

export type ReadLabelled = Promise<Checked<LabelledData>>;
