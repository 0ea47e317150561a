// The class of a picture from answers that flicker: a new one must win twice in a row.

/** What is remembered of a classification. */
export interface Winner {
  readonly label: string | null;
  readonly score: number | null;
  /** Who won last, when that is not `label`; undefined: `label` did. */
  readonly rival: string | null | undefined;
}

export const NO_WINNER: Winner = { label: null, score: null, rival: undefined };

/** @param top the best class of this answer, or null where none was over the threshold */
export function stepWinner(before: Winner, top: { readonly label: string; readonly score: number } | null): Winner {
  const label = top?.label ?? null;
  if (label === before.label) return { label, score: top?.score ?? null, rival: undefined };
  // Nothing known yet: the first answer is better than none.
  const isFirst = before.label === null && before.rival === undefined;
  if (isFirst || before.rival === label) return { label, score: top?.score ?? null, rival: undefined };
  return { ...before, rival: label };
}
