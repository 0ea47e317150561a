// What a case showed, in the form that is printed: figures of both sides, their ratio, the goal, and whether it was met.

/** One figure of a case. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly daemon: number;
  readonly peer: number | null;
  readonly ratio: number | null;
  /** Of the ratio, or of the daemon's figure where no peer stands beside it. */
  readonly goal: number | null;
  readonly met: boolean | null;
}

export interface Outcome {
  readonly case: string;
  readonly figures: readonly Figure[];
  readonly [about: string]: unknown;
}

/** Daemon against peer; without a peer, the figure alone. @param goal largest ratio */
export function against(name: string, unit: string, daemon: number, peer: number | null, goal: number | null): Figure {
  const ratio = peer === null ? null : rounded(daemon / peer);
  const met = goal === null || ratio === null ? null : ratio <= goal;
  return { name, unit, daemon: rounded(daemon), peer: peer === null ? null : rounded(peer), ratio, goal, met };
}

/** The daemon's own figure against a limit. */
export function absolute(name: string, unit: string, daemon: number, goal: number): Figure {
  return { name, unit, daemon: rounded(daemon), peer: null, ratio: null, goal, met: daemon <= goal };
}

/** Rows of the table for people. */
export function outcomeRows(outcome: Outcome): string[][] {
  return outcome.figures.map((figure, at) => [
    at === 0 ? outcome.case : "",
    `${figure.name} (${figure.unit})`,
    text(figure.daemon),
    text(figure.peer),
    text(figure.ratio),
    text(figure.goal),
    figure.met === null ? "" : figure.met ? "met" : "MISSED",
  ]);
}

function text(value: number | null): string {
  return value === null ? "-" : String(value);
}

/** Three significant digits are more than one run can promise. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
