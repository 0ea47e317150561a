// The door of this room: YAML text and a schema in; a typed value with the place of each key out, or every trouble at once.
// Pure: what a tag or an override stands for is handed in.

import type { z } from "zod";
import type { Checked } from "../base/result.js";
import { checkPlaced } from "./check-value.js";
import { compose } from "./compose.js";
import { type Finding, inOrder } from "./finding.js";
import type { Tags } from "./node-values.js";
import { applyOverride, type Override, placeOverride } from "./overrides.js";
import { isMapping, type YamlPath } from "./path.js";
import { formsAt, isMappingOnly } from "./schema-shape.js";
import { typedText } from "./typed-text.js";

export interface ParsedYaml<T> {
  readonly value: T;
  /** `file:line:col` of the value at the path, or of the nearest thing around it. */
  at(path: YamlPath): string;
}

export interface ParseOptions {
  readonly tags?: Tags;
  readonly overrides?: readonly Override[];
}

/** @param file its name for messages; nothing is read */
export function parseYaml<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  options: ParseOptions = {},
): Checked<ParsedYaml<z.infer<S>>> {
  const { value, places, tagged, findings, isBroken } = compose(text, file, options.tags ?? {});
  if (isBroken) return { ok: false, troubles: inOrder(findings) };

  const all: Finding[] = [...findings];
  // The root in a mapping of its own: so that a document that is one single tag or empty is no special case.
  const holder = { root: withEmptySections(value, schema) };
  for (const { path, text: resolved } of tagged) {
    replace(holder, path, typedText(resolved, formsAt(schema, path, holder.root)));
  }
  for (const override of options.overrides ?? []) {
    const found = placeOverride(override, schema, holder.root);
    if ("finding" in found) {
      all.push(found.finding);
      continue;
    }
    const { path } = found.placed;
    if (isMapping(holder.root)) applyOverride(holder.root, found.placed);
    places.replace(path, override.name);
  }
  const checked = checkPlaced(holder.root, schema, (path) => places.nearest(path));
  if (!checked.ok) all.push(...checked.findings);
  if (!checked.ok || all.length > 0) return { ok: false, troubles: inOrder(all) };
  return { ok: true, value: { value: checked.value, at: (path) => places.at(path) } };
}

function replace(holder: { root: unknown }, path: YamlPath, value: unknown): void {
  const last = path.at(-1);
  if (last === undefined) {
    holder.root = value;
    return;
  }
  let inner: unknown = holder.root;
  for (const step of path.slice(0, -1)) {
    if (typeof inner !== "object" || inner === null) return;
    inner = (inner as Record<string | number, unknown>)[step];
  }
  // Lists and mappings take it alike; compose() made them for this document alone.
  if (typeof inner === "object" && inner !== null) (inner as Record<string | number, unknown>)[last] = value;
}

/** A section whose keys are all commented out reads as null: where only a mapping fits, that is an empty one. */
function withEmptySections(value: unknown, schema: z.ZodType): unknown {
  const visit = (inner: unknown, path: YamlPath): unknown => {
    if (inner === null) return isMappingOnly(formsAt(schema, path, value)) ? {} : null;
    if (!isMapping(inner)) return inner;
    for (const key of Object.keys(inner)) inner[key] = visit(inner[key], [...path, key]);
    return inner;
  };
  return visit(value, []);
}
