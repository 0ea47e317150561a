// A plain value against a schema: the typed value, or all that is wrong with it.

import type { z } from "zod";
import { type Checked, ok } from "../base/result.js";
import { type Finding, inOrder } from "./finding.js";
import { issueFindings } from "./issue-troubles.js";
import type { YamlPath } from "./path.js";
import { type Place, pathPlace } from "./places.js";
import { NO_MESSAGE } from "./wrong-value.js";

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
