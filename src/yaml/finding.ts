// A trouble with its place in a text, so that troubles of several origins can be told in the order of the text.

import type { Trouble } from "../base/trouble.js";

export interface Finding {
  /** Offset in the text; infinite for what is not in it (an environment variable). */
  readonly offset: number;
  readonly trouble: Trouble;
}

/** A person mends so many at a time; a file of another kind has thousands. */
export const MAX_TROUBLES = 50;

/** Troubles in the order of the text, the first MAX_TROUBLES of them and a line about the rest. */
export function inOrder(findings: readonly Finding[]): Trouble[] {
  const sorted = [...findings].sort((a, b) => compareOffsets(a.offset, b.offset)).map((finding) => finding.trouble);
  if (sorted.length <= MAX_TROUBLES) return sorted;
  const first = sorted.slice(0, MAX_TROUBLES);
  const rest: Trouble = {
    code: "more-troubles",
    where: first.at(-1)?.where ?? "",
    what: "and more",
    remedy: "mend these first; is it the right file?",
  };
  return [...first, rest];
}

/** Not a difference: infinity minus infinity is no order. */
function compareOffsets(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
