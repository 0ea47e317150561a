// Single values of a document replaced from outside (`ISOTHERM_MQTT__PASSWORD`), typed by the schema.

import type { z } from "zod";
import { nearestName } from "../base/nearest.js";
import type { Finding } from "./finding.js";
import { isMapping, valueAt, type YamlPath } from "./path.js";
import { formsAt, hasFreeKeys, knownKeys } from "./schema-shape.js";
import { typedText } from "./typed-text.js";

export interface Override {
  /** Its name where it comes from, for messages: `ISOTHERM_MQTT__PASSWORD`. */
  readonly name: string;
  /** Keys from the root down; letters of any case, `_` for whatever a variable's name cannot hold. */
  readonly keys: readonly string[];
  readonly text: string;
}

/** What an override means for this document. */
export interface PlacedOverride {
  readonly override: Override;
  readonly path: YamlPath;
  readonly value: unknown;
}

/** Finds the key that an override names, or says that there is none. Changes nothing. */
export function placeOverride(
  override: Override,
  schema: z.ZodType,
  root: unknown,
): { readonly placed: PlacedOverride } | { readonly finding: Finding } {
  const path: string[] = [];
  for (const name of override.keys) {
    const forms = formsAt(schema, path, root);
    const known = knownKeys(forms);
    const written = hasFreeKeys(forms) ? Object.keys(asMapping(valueAt(root, path))) : [];
    const wanted = comparable(name);
    const match =
      [...known, ...written].find((key) => comparable(key) === wanted) ??
      // A name of the user's own that the file does not hold yet: a new input or pipeline.
      (hasFreeKeys(forms) ? name.toLowerCase() : undefined);
    if (match === undefined) return { finding: unknownOverride(override, path, name, known) };
    path.push(match);
  }
  const forms = formsAt(schema, path, root);
  return { placed: { override, path, value: typedText(override.text, forms) } };
}

/** Puts the value in, making the mappings on the way. `root` is the caller's own copy and is changed. */
export function applyOverride(root: Record<string, unknown>, placed: PlacedOverride): void {
  let mapping = root;
  placed.path.forEach((step, index) => {
    const key = String(step);
    if (index === placed.path.length - 1) {
      mapping[key] = placed.value;
      return;
    }
    const inner = asMapping(Object.hasOwn(mapping, key) ? mapping[key] : undefined);
    mapping[key] = inner;
    mapping = inner;
  });
}

function asMapping(value: unknown): Record<string, unknown> {
  return isMapping(value) ? value : {};
}

function comparable(key: string): string {
  return key.toLowerCase().replaceAll("-", "_");
}

function unknownOverride(
  override: Override,
  parent: readonly string[],
  name: string,
  known: readonly string[],
): Finding {
  const near = nearestName(name, known);
  const list = known.length === 0 ? "nothing can be set below this key" : `known there: ${known.join(", ")}`;
  return {
    // Behind all that has a place in the text.
    offset: Number.POSITIVE_INFINITY,
    trouble: {
      code: "unknown-override",
      where: override.name,
      what: `it names no key: ${parent.length === 0 ? "the document" : parent.join(".")} has no ${name.toLowerCase()}`,
      remedy: near === null ? `unset the variable; ${list}` : `did you mean ${near}? ${list}`,
    },
  };
}
