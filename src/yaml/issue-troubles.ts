// What a schema found wrong (zod issues) as troubles that a person can act on: key, place, what was found, what fits.

import type { z } from "zod";
import { nearestName } from "../base/nearest.js";
import { formsExpectation, valuesText } from "./expectation.js";
import type { Finding } from "./finding.js";
import { isMapping, pathText, valueAt, type YamlPath } from "./path.js";
import type { Place } from "./places.js";
import { about, formsAt, isSecret, knownKeys, schemaAt } from "./schema-shape.js";

/** Given to zod as the message of every issue that the schema has no words of its own for. */
export const NO_MESSAGE = "";

/** What the messages are made from. */
export interface IssueContext {
  readonly schema: z.ZodType;
  readonly root: unknown;
  readonly placeOf: (path: YamlPath) => Place;
}

type Issue = z.core.$ZodIssue;

export function issueFindings(issues: readonly Issue[], context: IssueContext): Finding[] {
  const findings: Finding[] = [];
  const slips = keySlips(issues, context);
  for (const issue of issues) {
    const path = pathOf(issue);
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) findings.push(unknownKey([...path, key], slips, context));
    } else if (issue.code === "invalid_union" && issue.errors.length > 0) {
      const inner = likelyMeant(issue.errors);
      if (inner === null) findings.push(wrongValue(issue, path, context));
      else findings.push(...issueFindings(withPrefix(inner, path), context));
    } else if (!slips.has(pathText(path)) && context.placeOf(path).isRefused !== true) {
      findings.push(wrongValue(issue, path, context));
    }
  }
  return findings;
}

/** zod types a path as PropertyKey; documents hold no symbols. */
function pathOf(issue: Issue): (string | number)[] {
  return issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

function withPrefix(issues: readonly Issue[], prefix: YamlPath): Issue[] {
  return issues.map((issue) => ({ ...issue, path: [...prefix, ...issue.path] }));
}

/** The form of a union that the writer aimed at: the only one that the value got into at all. */
function likelyMeant(errors: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const inside = errors.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || (issue.code !== "invalid_type" && issue.code !== "invalid_value")),
  );
  return inside.length === 1 ? (inside[0] ?? null) : null;
}

/** Missing keys whose misspelt form stands beside: the unknown key is reported, the missing one would only repeat it. */
function keySlips(issues: readonly Issue[], context: IssueContext): Set<string> {
  const slips = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const path = pathOf(issue);
    const missing = knownKeys(formsAt(context.schema, path, context.root)).filter(
      (key) => valueAt(context.root, [...path, key]) === undefined,
    );
    for (const key of issue.keys) {
      const near = nearestName(key, missing);
      if (near !== null) slips.add(pathText([...path, near]));
    }
  }
  return slips;
}

function unknownKey(path: YamlPath, slips: ReadonlySet<string>, context: IssueContext): Finding {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const known = knownKeys(formsAt(context.schema, parent, context.root));
  const unset = known.filter((name) => valueAt(context.root, [...parent, name]) === undefined);
  const near =
    nearestName(
      key,
      known.filter((name) => slips.has(pathText([...parent, name]))),
    ) ??
    nearestName(key, unset) ??
    nearestName(key, known);
  const list = known.length === 0 ? "no key is known here" : `known here: ${known.join(", ")}`;
  const place = context.placeOf(path);
  return {
    offset: place.offset,
    trouble: {
      code: "unknown-key",
      where: place.key ?? place.value,
      what: `unknown key ${JSON.stringify(key)} in ${pathText(parent)}`,
      remedy: near === null ? `remove it; ${list}` : `did you mean "${near}"? ${list}`,
    },
  };
}

function wrongValue(issue: Issue, path: YamlPath, context: IssueContext): Finding {
  const place = context.placeOf(path);
  const value = valueAt(context.root, path);
  const schema = schemaAt(context.schema, path, context.root);
  const isMissing = value === undefined && path.length > 0;
  const isHidden = place.isHidden === true || (schema !== null && isSecret(schema as z.ZodType));
  const shown = isHidden ? "what is written there" : valueText(value);
  const forms = formsAt(context.schema, path, context.root);
  const fits = formsExpectation(forms);
  const key = pathText(path);
  const finding = (code: string, what: string, remedy: string, where = place.value): Finding => ({
    offset: place.offset,
    trouble: { code, where, what, remedy },
  });

  if (isMissing && issue.code !== "custom") {
    const parent = context.placeOf(path.slice(0, -1));
    const help = schema === null ? "" : about(schema);
    return finding(
      "missing-key",
      `${key} is missing`,
      `add it: ${[fits, help].filter((text) => text !== "").join("; ")}`,
      parent.key ?? parent.value,
    );
  }
  switch (issue.code) {
    case "custom": {
      const remedy: unknown = issue.params?.remedy;
      const what = isHidden ? "what is written there does not fit" : issue.message;
      return finding("wrong-value", `${key}: ${what}`, typeof remedy === "string" ? remedy : `write ${fits}`);
    }
    case "invalid_key": {
      const message = issue.issues[0]?.message ?? NO_MESSAGE;
      const remedy = message === NO_MESSAGE ? "choose another name" : message;
      return finding(
        "wrong-name",
        `${key}: ${JSON.stringify(path.at(-1))} is no name`,
        remedy,
        place.key ?? place.value,
      );
    }
    case "invalid_union":
      // No form has this discriminator: then the values that some form has are what fits.
      if (issue.errors.length > 0) break;
      return finding("wrong-value", `${key}: ${shown} does not fit`, nearValue(value, allowedValues(forms, [])));
    case "invalid_value":
      return finding(
        "wrong-value",
        `${key}: ${shown} does not fit`,
        nearValue(value, allowedValues(forms, issue.values)),
      );
    case "too_small":
    case "too_big":
      return finding("wrong-value", `${key}: ${boundText(issue, shown)}`, boundRemedy(issue, fits));
    default:
      break;
  }
  // The schema's own words (`.regex(…, "a version such as 1.2.0")`) say what fits better than a type can.
  const remedy = issue.message === NO_MESSAGE ? `write ${fits}` : `write ${issue.message}`;
  return finding("wrong-value", `${key}: ${shown} does not fit`, remedy);
}

/** All fixed values of the place, since a union reports only one option's. */
function allowedValues(forms: readonly z.core.$ZodTypes[], fallback: readonly unknown[]): readonly unknown[] {
  const values = forms.flatMap((form): unknown[] => {
    const def = form._zod.def;
    if (def.type === "literal") return def.values;
    return def.type === "enum" ? Object.values(def.entries) : [];
  });
  return values.length > 0 ? values : fallback;
}

function nearValue(value: unknown, allowed: readonly unknown[]): string {
  const near = typeof value === "string" ? nearestName(value, allowed.map(String)) : null;
  const list = `write ${valuesText(allowed)}`;
  return near === null ? list : `did you mean ${near}? ${list}`;
}

function boundText(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, shown: string): string {
  const isBig = issue.code === "too_big";
  if (issue.origin === "number" || issue.origin === "int") return `${shown} is too ${isBig ? "large" : "small"}`;
  return issue.origin === "string"
    ? `the text is too ${isBig ? "long" : "short"}`
    : `it has too ${isBig ? "many" : "few"} entries`;
}

function boundRemedy(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, fits: string): string {
  if (issue.message !== NO_MESSAGE) return `write ${issue.message}`;
  if (issue.origin === "number" || issue.origin === "int") return `write ${fits}`;
  const bound = issue.code === "too_big" ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
  return `write ${bound} ${issue.origin === "string" ? "characters" : "entries"}`;
}

/** A value as it stands in a sentence, short, and told by its type: `the text "5"` and `the number 5` look alike in a file. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (Array.isArray(value)) return "a list";
  if (isMapping(value)) return "a mapping";
  return `the ${typeof value} ${String(value)}`;
}
