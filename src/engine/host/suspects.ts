// Which frames the engine must not meet again. Pure: an engine's end and a digest go in, a verdict comes out.

import type { EngineEnd } from "./engine.js";

/** Digests remembered; the oldest goes first. A camera that sends one poisonous picture for ever needs one entry. */
const CAPACITY = 256;

/** What becomes of the frame that was in the run when the engine went. */
export type Verdict =
  /** It had nothing to do with it: try it again. */
  | "innocent"
  /** May have been it: dropped and kept for a look, but an equal frame gets one more chance. */
  | "suspect"
  /** Set aside, and an equal frame is refused from now on. */
  | "barred";

export class Suspects {
  /** Digest of the payload -> strikes. Insertion order is age. */
  readonly #strikes = new Map<string, number>();
  /** Lengths of remembered payloads: a frame of another length needs no digest. */
  readonly #lengths = new Map<number, number>();
  readonly #keptLength = new Map<string, number>();

  /**
   * Judges the frame at the head of the line.
   * A crash or a hang is the frame's doing until shown otherwise. A signal from outside may be the OOM killer, that is the
   * frame again, or an operator: one strike is allowed. A stopped process is nobody's fault but the stopper's.
   */
  judge(end: EngineEnd, digest: string, byteLength: number): Verdict {
    if (end === "asked" || end === "stopped" || end === "load-timeout") return "innocent";
    const strikes = (this.#strikes.get(digest) ?? 0) + (end === "outside" ? 1 : 2);
    this.#remember(digest, byteLength, strikes);
    return strikes >= 2 ? "barred" : "suspect";
  }

  /** Whether a payload of this length can be barred at all; false lets the frame path skip the digest. */
  mayBar(byteLength: number): boolean {
    return this.#lengths.has(byteLength);
  }

  isBarred(digest: string): boolean {
    return (this.#strikes.get(digest) ?? 0) >= 2;
  }

  #remember(digest: string, byteLength: number, strikes: number): void {
    if (!this.#strikes.has(digest)) {
      this.#lengths.set(byteLength, (this.#lengths.get(byteLength) ?? 0) + 1);
      this.#keptLength.set(digest, byteLength);
    }
    this.#strikes.set(digest, strikes);
    if (this.#strikes.size <= CAPACITY) return;
    const oldest = this.#strikes.keys().next().value;
    if (oldest === undefined) return;
    this.#strikes.delete(oldest);
    const length = this.#keptLength.get(oldest) ?? 0;
    this.#keptLength.delete(oldest);
    const left = (this.#lengths.get(length) ?? 1) - 1;
    if (left === 0) this.#lengths.delete(length);
    else this.#lengths.set(length, left);
  }
}
