// `--model PKG[:VARIANT]` of a command, resolved.

import { nearestName } from "../../../base/nearest.js";
import type { Checked } from "../../../base/result.js";
import { ok } from "../../../base/result.js";
import type { VariantSpec } from "../../../contract/variant.js";
import { findPackage, type PackagePlaces } from "../../../models/find-package.js";
import { parseModelReference } from "../../../models/model-reference.js";
import type { ModelPackage } from "../../../models/read-package.js";

export interface ChosenVariants {
  readonly model: ModelPackage;
  /** The named one, or all, best first. */
  readonly variants: readonly VariantSpec[];
}

export async function chosenVariants(reference: string, places: PackagePlaces): Promise<Checked<ChosenVariants>> {
  const { package: name, variant } = parseModelReference(reference);
  const found = await findPackage(name, places);
  if (!found.ok) return found;
  const model = found.value;
  if (variant === null) return ok({ model, variants: model.variants });
  const named = model.variants.filter((spec) => spec.variant === variant);
  if (named.length > 0) return ok({ model, variants: named });
  const known = model.variants.map((spec) => spec.variant);
  const near = nearestName(variant, known);
  return {
    ok: false,
    troubles: [
      {
        code: "variant-unknown",
        where: reference,
        what: `${model.manifest.name} has no variant "${variant}"`,
        remedy: near !== null ? `did you mean "${near}"?` : `use one of ${known.join(", ")}`,
      },
    ],
  };
}
