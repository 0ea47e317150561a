// One wrong value in words: what was found and what fits. Never quotes what is or may be a secret.

import type { z } from "zod";
import { nearestName } from "../base/nearest.js";
import { fixedValues, formsExpectation, valuesText } from "./expectation.js";
import type { Finding } from "./finding.js";
import { isMapping, pathText, valueAt, type YamlPath } from "./path.js";
import type { Place } from "./places.js";
import { about, formsAt, isSecret, isTextOnly, schemaAt } from "./schema-shape.js";

/** Given to zod as the message of every issue that the schema has no words of its own for. */
export const NO_MESSAGE = "";

/** What the messages are made from. */
export interface IssueContext {
  readonly schema: z.ZodType;
  readonly root: unknown;
  readonly placeOf: (path: YamlPath) => Place;
}

export type Issue = z.core.$ZodIssue;

export function wrongValue(issue: Issue, path: YamlPath, context: IssueContext): Finding {
  const value = valueAt(context.root, path);
  if (value === undefined && path.length > 0 && issue.code !== "custom") return missingKey(path, context);
  const place = context.placeOf(path);
  if (issue.code === "invalid_key") return wrongName(issue, path, place);

  const schema = schemaAt(context.schema, path, context.root);
  const isHidden = place.isHidden === true || (schema !== null && isSecret(schema));
  const what = isHidden ? "what is written there does not fit" : wrongText(issue, value);
  return {
    offset: place.offset,
    trouble: {
      code: "wrong-value",
      where: place.value,
      what: `${pathText(path)}: ${what}`,
      remedy: remedyOf(issue, value, formsAt(context.schema, path, context.root)),
    },
  };
}

function missingKey(path: YamlPath, context: IssueContext): Finding {
  const parent = context.placeOf(path.slice(0, -1));
  const schema = schemaAt(context.schema, path, context.root);
  const fits = formsExpectation(formsAt(context.schema, path, context.root));
  const words = [fits, schema === null ? "" : about(schema)].filter((text) => text !== "");
  return {
    offset: parent.keyOffset,
    trouble: {
      code: "missing-key",
      where: parent.key ?? parent.value,
      what: `${pathText(path)} is missing`,
      remedy: `add it: ${words.join("; ")}`,
    },
  };
}

function wrongName(issue: z.core.$ZodIssueInvalidKey, path: YamlPath, place: Place): Finding {
  const words = issue.issues[0]?.message ?? NO_MESSAGE;
  return {
    offset: place.keyOffset,
    trouble: {
      code: "wrong-name",
      where: place.key ?? place.value,
      what: `${pathText(path)}: ${JSON.stringify(path.at(-1))} is no name`,
      remedy: words === NO_MESSAGE ? "choose another name" : `write ${words}`,
    },
  };
}

function wrongText(issue: Issue, value: unknown): string {
  if (issue.code === "custom") return issue.message;
  const shown = valueText(value);
  if (issue.code !== "too_big" && issue.code !== "too_small") return `${shown} does not fit`;
  const isBig = issue.code === "too_big";
  if (isNumeric(issue)) return `${shown} is too ${isBig ? "large" : "small"}`;
  return issue.origin === "string"
    ? `the text is too ${isBig ? "long" : "short"}`
    : `it has too ${isBig ? "many" : "few"} entries`;
}

function remedyOf(issue: Issue, value: unknown, forms: readonly z.core.$ZodTypes[]): string {
  if (issue.code === "custom") {
    const remedy: unknown = issue.params?.remedy;
    return typeof remedy === "string" ? remedy : `write ${formsExpectation(forms)}`;
  }
  // The schema's own words (`.min(3, "at least three corners")`) say what fits better than a type can.
  if (issue.message !== NO_MESSAGE) return `write ${issue.message}`;
  if ((issue.code === "too_big" || issue.code === "too_small") && !isNumeric(issue)) {
    const bound = issue.code === "too_big" ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
    return `write ${bound} ${issue.origin === "string" ? "characters" : "of them"}`;
  }
  const fixed = forms.flatMap((form) => fixedValues(form) ?? []);
  if (issue.code === "invalid_value" || (issue.code === "invalid_union" && issue.errors.length === 0)) {
    return nearRemedy(value, fixed.length > 0 || issue.code === "invalid_union" ? fixed : issue.values);
  }
  return `write ${formsExpectation(forms)}${quotesAdvice(value, forms)}`;
}

function nearRemedy(value: unknown, allowed: readonly unknown[]): string {
  const list = `write ${valuesText(allowed)}`;
  if (typeof value !== "string") return list;
  const same = allowed.find((one) => typeof one !== "string" && String(one) === value);
  if (same !== undefined) return `${list}, without quotes`;
  const near = nearestName(value, allowed.map(String));
  return near === null || allowed.length === 1 ? list : `did you mean ${near}? ${list}`;
}

/** Quotes make text of a number, and their absence makes a number of text. */
function quotesAdvice(value: unknown, forms: readonly z.core.$ZodTypes[]): string {
  if ((typeof value === "number" || typeof value === "boolean") && isTextOnly(forms)) return ", in quotes";
  const isNumber = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
  return isNumber && forms.some((form) => form._zod.def.type === "number") ? ", without quotes" : "";
}

function isNumeric(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): boolean {
  return issue.origin === "number" || issue.origin === "int";
}

/** A value as it stands in a sentence, short, and told by its type: `the text "5"` and `the number 5` look alike in a file. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  // So much shows which line it is, without filling the screen.
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (Array.isArray(value)) return "a list";
  return isMapping(value) ? "a mapping" : `the ${typeof value} ${String(value)}`;
}
