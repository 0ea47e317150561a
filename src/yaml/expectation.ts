// What a schema wants, in words: for the remedy of a wrong value and for the "allowed" column of the reference pages.

import type { z } from "zod";
import { bare, forms } from "./schema-shape.js";

/** "true or false", "a whole number from 1 to 32", "one of auto, 5, 3.1.1", "a list of text". */
export function expectation(schema: z.core.$ZodType): string {
  return formsExpectation(forms(schema));
}

/** The same for forms that a path has led to. */
export function formsExpectation(all: readonly z.core.$ZodTypes[]): string {
  const words: string[] = [];
  const values: unknown[] = [];
  for (const form of all) {
    const fixed = fixedValues(form);
    if (fixed === null) words.push(formExpectation(form));
    else values.push(...fixed);
  }
  if (values.length > 0) words.unshift(valuesText(values));
  return [...new Set(words)].join(", or ");
}

/** The values of a literal or an enumeration; null for every other form. */
function fixedValues(form: z.core.$ZodTypes): readonly unknown[] | null {
  const def = form._zod.def;
  if (def.type === "literal") return def.values;
  return def.type === "enum" ? Object.values(def.entries) : null;
}

export function valuesText(values: readonly unknown[]): string {
  const unique = [...new Set(values.map((value) => String(value)))];
  return unique.length === 1 ? `${unique[0]}` : `one of ${unique.join(", ")}`;
}

function formExpectation(form: z.core.$ZodTypes): string {
  // A title is the schema's own word for what it takes: "a duration such as 5s".
  const title = ownWord(form);
  if (title !== undefined) return title;
  const def = form._zod.def;
  switch (def.type) {
    case "string":
      return "text";
    case "number":
      return numberExpectation(form as z.core.$ZodNumber);
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return `a list of ${expectation(def.element)}`;
    case "tuple":
      return `a list of ${def.items.length}: ${def.items.map((item) => expectation(item)).join("; ")}`;
    case "object":
      return `a mapping with ${Object.keys(def.shape).join(", ")}`;
    case "record":
      return `a mapping from names to ${bare(def.valueType)._zod.def.type === "object" ? "settings" : expectation(def.valueType)}`;
    default:
      return "any value";
  }
}

function ownWord(form: z.core.$ZodType): string | undefined {
  // Only the core's type lacks `meta`; every schema here is made by zod's classic door.
  return (form as z.ZodType).meta()?.title;
}

function numberExpectation(schema: z.core.$ZodNumber): string {
  const { format, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema._zod.bag;
  const noun = format === "safeint" || format === "int32" || format === "uint32" ? "a whole number" : "a number";
  // The safe integers are the type's own range, no rule of the schema.
  const low = isRule(minimum) ? minimum : null;
  const high = isRule(maximum) ? maximum : null;
  const over = isRule(exclusiveMinimum) ? exclusiveMinimum : null;
  const under = isRule(exclusiveMaximum) ? exclusiveMaximum : null;
  if (low !== null && high !== null) return `${noun} from ${low} to ${high}`;
  const bounds: string[] = [];
  if (over !== null) bounds.push(`more than ${over}`);
  if (low !== null) bounds.push(`at least ${low}`);
  if (high !== null) bounds.push(`at most ${high}`);
  if (under !== null) bounds.push(`less than ${under}`);
  return bounds.length === 0 ? noun : `${noun}, ${bounds.join(", ")}`;
}

function isRule(bound: unknown): bound is number {
  return typeof bound === "number" && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
}
