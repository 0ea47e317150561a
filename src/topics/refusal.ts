// The words of refused commands: what was sent, as far as a person needs it, and what would have been right.

import { nearestName } from "../base/nearest.js";
import type { Trouble } from "../base/trouble.js";

/** At most so many names stand in a remedy. */
const LISTED = 12;

/** A name that isn't there, with the one that was likely meant, or those that there are. */
export function unknownName(
  code: string,
  where: string,
  kind: string,
  name: string,
  known: readonly string[],
): Trouble {
  // The distance costs the product of both lengths; what is longer than any name is no slip of the hand.
  const near = name.length <= 64 ? nearestName(name, known) : null;
  const list = known.slice(0, LISTED).join(", ") + (known.length > LISTED ? ", …" : "");
  const choice = known.length === 0 ? "there is none yet" : `use one of ${list}`;
  return {
    code,
    where,
    what: `there is no ${kind} ${quoted(name)}`,
    remedy: near === null ? choice : `did you mean "${near}"? There are ${list}`,
  };
}

/** As much of what was sent as a person needs to recognise it, in one line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
