// The one shape of everything that is wrong: a configuration error, an alert, a refused command, a doctor's finding.

/** What is wrong, in a form that a program can match (`code`) and a person can act on (`remedy`). */
export interface Trouble {
  /** Stable kebab-case name, e.g. `model-digest-mismatch`; programs match this, never the text. */
  readonly code: string;
  /** Where it is: `file:line:column`, a topic, a device, a pipeline. */
  readonly where: string;
  /** What is wrong, with the values that show it. */
  readonly what: string;
  /** What mends it, as an instruction to a person. */
  readonly remedy: string;
}

/** One line for a log or a terminal: `where: what (remedy)`. */
export function troubleLine(trouble: Trouble): string {
  return `${trouble.where}: ${trouble.what} (${trouble.remedy})`;
}

/** Text of anything that was thrown, without a stack: for the `what` of a trouble at an edge. */
export function thrownText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
