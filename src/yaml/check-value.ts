// A plain value against a schema: the typed value, or all that is wrong with it.

import type { z } from "zod";
import { type Checked, ok } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Finding } from "./compose.js";
import { issueFindings, NO_MESSAGE } from "./issue-troubles.js";
import type { YamlPath } from "./path.js";
import { type Place, pathPlace } from "./places.js";

/** A person mends so many at a time; a file of another kind has thousands. */
const MAX_TROUBLES = 50;

/** For values that a program made: the path (`mqtt.url`) is the place. */
export function checkValue<S extends z.ZodType>(value: unknown, schema: S): Checked<z.infer<S>> {
  const checked = checkPlaced(value, schema, pathPlace);
  return checked.ok ? checked : { ok: false, troubles: inOrder(checked.findings) };
}

/** The same where the value's places are known; findings instead of troubles, so that others can join them. */
export function checkPlaced<S extends z.ZodType>(
  value: unknown,
  schema: S,
  placeOf: (path: YamlPath) => Place,
): { readonly ok: true; readonly value: z.infer<S> } | { readonly ok: false; readonly findings: readonly Finding[] } {
  const parsed = schema.safeParse(value, { error: () => NO_MESSAGE });
  if (parsed.success) return ok(parsed.data);
  return { ok: false, findings: issueFindings(parsed.error.issues, { schema, root: value, placeOf }) };
}

/** Troubles in the order of the text, the first MAX_TROUBLES of them and a line about the rest. */
export function inOrder(findings: readonly Finding[]): Trouble[] {
  const sorted = [...findings].sort((a, b) => compareOffsets(a.offset, b.offset)).map((finding) => finding.trouble);
  if (sorted.length <= MAX_TROUBLES) return sorted;
  const first = sorted.slice(0, MAX_TROUBLES);
  const rest: Trouble = {
    code: "more-troubles",
    where: first.at(-1)?.where ?? "",
    what: `and ${sorted.length - MAX_TROUBLES} more`,
    remedy: "mend these first; is it the right file?",
  };
  return [...first, rest];
}

/** Not a difference: infinity minus infinity is no order. */
function compareOffsets(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
