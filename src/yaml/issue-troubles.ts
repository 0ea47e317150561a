// What a schema found wrong (zod issues) as troubles that a person can act on: key, place, what was found, what fits.

import { nearestName } from "../base/nearest.js";
import { type Finding, MAX_TROUBLES } from "./finding.js";
import { pathText, valueAt, type YamlPath } from "./path.js";
import { formsAt, knownKeys } from "./schema-shape.js";
import { type Issue, type IssueContext, wrongValue } from "./wrong-value.js";

export function issueFindings(issues: readonly Issue[], context: IssueContext): Finding[] {
  const findings: Finding[] = [];
  const slips = keySlips(issues, context);
  for (const issue of issues) {
    const path = pathOf(issue);
    if (issue.code === "unrecognized_keys") {
      // Looking for the nearest name costs time; past what is told to anyone it would be lost.
      const keys = issue.keys.slice(0, MAX_TROUBLES + 1);
      for (const key of keys) findings.push(unknownKey([...path, key], slips, context));
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
    for (const key of issue.keys.slice(0, MAX_TROUBLES + 1)) {
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
    offset: place.keyOffset,
    trouble: {
      code: "unknown-key",
      where: place.key ?? place.value,
      what: `unknown key ${JSON.stringify(key)} in ${pathText(parent)}`,
      remedy: near === null ? `remove it; ${list}` : `did you mean "${near}"? ${list}`,
    },
  };
}
