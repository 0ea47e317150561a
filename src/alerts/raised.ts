// Which alerts are raised now. What must be remembered goes in and comes out; publishing is the caller's. Bounded: a flood of
// small troubles pushes out small ones, never the large.

import type { Trouble } from "../base/trouble.js";
import type { AlertDocument } from "../contract/states.js";
import { ALERTS, type AlertCode, type AlertKind } from "./catalogue.js";

/** By id. */
export type Raised = ReadonlyMap<string, AlertDocument>;
export const NONE_RAISED: Raised = new Map();

/** What to publish: at `alert/<id>` the document, or its end. */
export type AlertChange =
  | { readonly kind: "raised"; readonly document: AlertDocument }
  | { readonly kind: "cleared"; readonly id: string };

export interface AlertStep {
  readonly raised: Raised;
  readonly changes: readonly AlertChange[];
}

/** More than a person reads; each is a retained document at the broker. */
export const MAX_RAISED = 64;

/**
 * The alert's name in its topic: the code, and whom it is about where there may be several.
 * @param subject an input, a pipeline, a variant; any text, cut to what a topic level may hold
 */
export function alertId(code: AlertCode, subject: string | null): string {
  if (subject === null) return code;
  const level = subject
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .slice(0, 64);
  return `${code}-${level}`;
}

/**
 * Raises it, or counts it once more. A document that only counts is published at 1, 2, 5, 10, 20, 50 … times: hubs are not flooded by a
 * trouble that repeats with every frame.
 * @param trouble `where` and `what` always; its remedy, where not empty, is nearer to the case than the catalogue's
 * @param at ISO 8601
 */
export function raise(
  raised: Raised,
  code: AlertCode,
  subject: string | null,
  trouble: Trouble,
  at: string,
): AlertStep {
  const id = alertId(code, subject);
  const before = raised.get(id);
  const kind: AlertKind = ALERTS[code];
  const document: AlertDocument = {
    schema: "isotherm.alert/1",
    id,
    code,
    severity: kind.severity,
    since: before?.since ?? at,
    where: trouble.where,
    what: trouble.what,
    remedy: trouble.remedy === "" ? kind.remedy : trouble.remedy,
    times: (before?.times ?? 0) + 1,
  };
  const next = new Map(raised).set(id, document);
  const pushedOut = next.size > MAX_RAISED ? leastOf(next, id) : null;
  if (pushedOut !== null) next.delete(pushedOut);
  const changes: AlertChange[] = pushedOut === null ? [] : [{ kind: "cleared", id: pushedOut }];
  if (before === undefined || before.what !== document.what || isRound(document.times))
    changes.push({ kind: "raised", document });
  return { raised: next, changes };
}

/** Nothing happens where it was not raised. */
export function clear(raised: Raised, code: AlertCode, subject: string | null): AlertStep {
  return clearIds(raised, [alertId(code, subject)]);
}

/** Clears what is about things that are gone: all alerts of the code whose subject is not among `subjects`. */
export function clearOthers(raised: Raised, code: AlertCode, subjects: readonly string[]): AlertStep {
  const keep = new Set(subjects.map((subject) => alertId(code, subject)));
  const gone = [...raised.values()].filter((document) => document.code === code && !keep.has(document.id));
  return clearIds(
    raised,
    gone.map((document) => document.id),
  );
}

function clearIds(raised: Raised, ids: readonly string[]): AlertStep {
  const present = ids.filter((id) => raised.has(id));
  if (present.length === 0) return { raised, changes: [] };
  const next = new Map(raised);
  for (const id of present) next.delete(id);
  return { raised: next, changes: present.map((id) => ({ kind: "cleared", id })) };
}

const RANK: Readonly<Record<AlertDocument["severity"], number>> = { info: 0, warning: 1, error: 2 };

/** The mildest, of those the oldest; not the one that just came unless all others are worse. */
function leastOf(raised: Raised, justRaised: string): string {
  let least: AlertDocument | null = null;
  for (const document of raised.values()) {
    if (document.id === justRaised) continue;
    if (least === null || RANK[document.severity] < RANK[least.severity]) least = document;
  }
  const came = raised.get(justRaised);
  if (least === null || (came !== undefined && RANK[came.severity] < RANK[least.severity])) return justRaised;
  return least.id;
}

/** 1, 2, 5, 10, 20, 50, … */
function isRound(times: number): boolean {
  let rest = times;
  while (rest % 10 === 0) rest /= 10;
  return rest === 1 || rest === 2 || rest === 5;
}
