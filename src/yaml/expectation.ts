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

/** The same, but null where the default or an example already shows all that can be said: text, switches, quantities. */
export function choiceText(schema: z.core.$ZodType): string | null {
  const all = forms(schema);
  const isChoice = all.some((form) => fixedValues(form) !== null || form._zod.def.type === "number");
  return isChoice && all.every((form) => ownWord(form) === undefined) ? formsExpectation(all) : null;
}

/** The values of a literal or an enumeration; null for every other form. */
export function fixedValues(form: z.core.$ZodTypes): readonly unknown[] | null {
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
      return stringExpectation(form as z.core.$ZodString);
    case "number":
      return numberExpectation(form as z.core.$ZodNumber);
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return `a list, each ${expectation(def.element)}`;
    case "tuple":
      return `a list of ${def.items.length}, each ${[...new Set(def.items.map((item) => expectation(item)))].join("; ")}`;
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
  const { checks = [], ...own } = schema._zod.def;
  const rules = checks.map((check) => check._zod.def as NumberRule);
  const isWhole = "format" in own || rules.some((rule) => rule.check === "number_format");
  const noun = isWhole ? "a whole number" : "a number";
  const inclusive = (kind: string) => rules.find((rule) => rule.check === kind && rule.inclusive === true)?.value;
  const low = inclusive("greater_than");
  const high = inclusive("less_than");
  if (low !== undefined && high !== undefined) return `${noun} from ${low} to ${high}`;
  const bounds = rules.flatMap((rule) => {
    const words = BOUND_WORDS[`${rule.check}${rule.inclusive === true ? "=" : ""}`];
    return words === undefined ? [] : [`${words} ${rule.value}`];
  });
  return bounds.length === 0 ? noun : `${noun}, ${bounds.join(", ")}`;
}

/** The schema's own words for a pattern, `.regex(…, "a version such as 1.2.0")`, say more than "text". */
function stringExpectation(schema: z.core.$ZodString): string {
  for (const check of schema._zod.def.checks ?? []) {
    // zod keeps our words as a function of the issue; they do not depend on it, so that any issue serves.
    const error = check._zod.def.error as ((issue: { readonly code: "custom" }) => unknown) | undefined;
    const words = error?.({ code: "custom" });
    if (typeof words === "string") return words;
  }
  return "text";
}

/** The part of zod's checks on numbers that is read here. */
interface NumberRule {
  readonly check: string;
  readonly value?: unknown;
  readonly inclusive?: boolean;
}

const BOUND_WORDS: Readonly<Record<string, string>> = {
  greater_than: "more than",
  "greater_than=": "at least",
  less_than: "less than",
  "less_than=": "at most",
};
