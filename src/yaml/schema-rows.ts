// A schema as rows, one per key: for reference pages and for the reference configuration.

import type { z } from "zod";
import { formsExpectation } from "./expectation.js";
import { about, bare, forms, isRequired, writtenDefault } from "./schema-shape.js";

export interface SchemaRow {
  /** `publish.heartbeat`, `inputs.<name>.mqtt`, `detections[].box`. */
  readonly path: string;
  /** What may stand there, in words. */
  readonly fits: string;
  readonly isRequired: boolean;
  /** As a person would write it; undefined where there is none. */
  readonly written: unknown;
  readonly about: string;
}

/** Every key below the schema, parents before their children; a key that several forms share comes once. */
export function schemaRows(schema: z.core.$ZodType, prefix = ""): SchemaRow[] {
  const def = bare(schema)._zod.def;
  switch (def.type) {
    case "union":
      return merged(
        def.options.map((option) => schemaRows(option, prefix)),
        prefix,
      );
    case "intersection":
      return [...schemaRows(def.left, prefix), ...schemaRows(def.right, prefix)];
    case "record":
      return schemaRows(def.valueType, prefix === "" ? "<name>" : `${prefix}.<name>`);
    case "array":
      return schemaRows(def.element, `${prefix}[]`);
    case "object":
      return Object.entries(def.shape).flatMap(([key, child]) => {
        const path = prefix === "" ? key : `${prefix}.${key}`;
        return [rowOf(path, child), ...schemaRows(child, path)];
      });
    default:
      return [];
  }
}

function rowOf(path: string, schema: z.core.$ZodType): SchemaRow {
  const words = forms(schema).map((form) => shortWords(form));
  return {
    path,
    fits: [...new Set(words)].join(", or "),
    isRequired: isRequired(schema),
    written: writtenDefault(schema),
    about: about(schema),
  };
}

/** What has rows of its own below needs no list of its keys. */
function shortWords(form: z.core.$ZodTypes): string {
  const def = form._zod.def;
  if (def.type === "object") return "a mapping";
  if (def.type === "array" && bare(def.element)._zod.def.type === "object") return "a list of mappings";
  if (def.type === "record" && bare(def.valueType)._zod.def.type === "object") return "a mapping from names";
  return formsExpectation([form]);
}

/** Rows of several forms as one list, in the order in which they come first. A key that some form has not is not required. */
function merged(lists: readonly (readonly SchemaRow[])[], prefix: string): SchemaRow[] {
  const own = prefix === "" ? 0 : prefix.length + 1;
  const isEverywhere = (path: string) => lists.every((rows) => rows.some((row) => row.path === path && row.isRequired));
  const rows = new Map<string, SchemaRow>();
  for (const row of lists.flat()) {
    const before = rows.get(row.path);
    const fits = [...new Set([...(before?.fits.split(", or ") ?? []), row.fits])].join(", or ");
    // What stands deeper is required as its own mapping says.
    const isDeeper = /[.[]/.test(row.path.slice(own));
    rows.set(row.path, { ...(before ?? row), fits, isRequired: isDeeper ? row.isRequired : isEverywhere(row.path) });
  }
  return [...rows.values()];
}
