// Inputs that fall silent or send nothing but bad frames for a while become alerts. Looks at each input's document once a
// second; a lone bad frame stands in that document and is no alert.

import type { InputStatusDocument } from "../contract/states.js";
import type { AlertBoard } from "./alert-board.js";

/** A camera that restarts sends a few broken pictures; one that does so for longer needs a person. */
const BAD_FOR_MS = 10_000;

interface Seen {
  readonly state: InputStatusDocument["state"];
  readonly sinceMs: number;
  readonly isTold: boolean;
}

export class InputWatch {
  readonly #alerts: Pick<AlertBoard, "raise" | "clear" | "clearOthers">;
  /** By name; those that are gone are forgotten. */
  #seen = new Map<string, Seen>();

  constructor(alerts: Pick<AlertBoard, "raise" | "clear" | "clearOthers">) {
    this.#alerts = alerts;
  }

  /** @param documents of all inputs that there are */
  look(documents: readonly InputStatusDocument[], nowMs: number): void {
    this.#seen = new Map(documents.map((document) => [document.input, this.#lookAt(document, nowMs)]));
    const names = documents.map(({ input }) => input);
    for (const code of ["input-stale", "input-bad"] as const) this.#alerts.clearOthers(code, names);
  }

  #lookAt(document: InputStatusDocument, nowMs: number): Seen {
    const { input, state } = document;
    const before = this.#seen.get(input);
    if (before?.state !== state && before?.isTold) {
      this.#alerts.clear("input-stale", input);
      this.#alerts.clear("input-bad", input);
    }
    const seen = before?.state === state ? before : { state, sinceMs: nowMs, isTold: false };
    return seen.isTold ? seen : { ...seen, isTold: this.#tell(document, nowMs - seen.sinceMs) };
  }

  #tell({ input, state, last_frame_at, last_error }: InputStatusDocument, forMs: number): boolean {
    if (state === "stale") {
      const what = `${input} has sent no frame since ${last_frame_at}`;
      this.#alerts.raise("input-stale", input, { code: "input-stale", where: `inputs.${input}`, what, remedy: "" });
      return true;
    }
    if (state !== "error" || forMs < BAD_FOR_MS || last_error === null) return false;
    this.#alerts.raise("input-bad", input, last_error);
    return true;
  }
}
