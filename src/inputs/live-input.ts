// What is known of one input while it runs: its counters, its newest frame, and the document that says so.

import type { Trouble } from "../base/trouble.js";
import type { Clock } from "../contract/clock.js";
import type { Frame } from "../contract/frame.js";
import type { InputStatusDocument } from "../contract/states.js";
import { RateMeter } from "./rate-meter.js";
import type { Content } from "./unwrap.js";

/** Reasons counted by name: the codes of our own troubles are about a dozen. Whatever is past that is `other`. */
const MAX_REASONS = 24;

export class LiveInput {
  readonly name: string;
  readonly key: string;
  /** The topic that it hears: the configured one, or the one that matched. */
  readonly topic: string;
  newest: Frame | null = null;
  #received = 0;
  #good = 0;
  #bad = 0;
  readonly #badByReason = new Map<string, number>();
  readonly #rate = new RateMeter();
  #lastFrameAt: string | null = null;
  #lastFrameAtMs = 0;
  #lastError: Trouble | null = null;
  #isInError = false;
  /** Frames that came since the engine refused one. */
  #sinceRefusal = 0;

  constructor(name: string, key: string, topic: string) {
    this.name = name;
    this.key = key;
    this.topic = topic;
  }

  accept(content: Content, clock: Clock): Frame {
    this.#received += 1;
    this.#good += 1;
    const receivedAtMs = clock.monotonicMs();
    const receivedAt = clock.isoNow();
    this.#rate.saw(receivedAtMs);
    this.#lastFrameAt = receivedAt;
    this.#lastFrameAtMs = receivedAtMs;
    this.#sinceRefusal += 1;
    // The engine's word on this frame is still to come: after a refusal it takes a second frame without one, else a sensor that
    // sends nothing but broken pictures would be live half of the time.
    if (this.#sinceRefusal > 1) this.#isInError = false;
    const { encoding, raw, capturedAt, payload } = content;
    const header = { input: this.name, seq: this.#good, receivedAt, receivedAtMs, capturedAt };
    this.newest = { ...header, encoding, raw, payload };
    return this.newest;
  }

  /** A payload that is no frame. */
  reject(trouble: Trouble, nowMs: number): void {
    this.#received += 1;
    this.#rate.saw(nowMs);
    // Nothing of the engine's is pending here: the next good frame ends it.
    this.#sinceRefusal = 1;
    this.#countBad(trouble);
  }

  /** The engine found a picture bad that looked like one. */
  refuse(trouble: Trouble): void {
    this.#sinceRefusal = 0;
    this.#countBad(trouble);
  }

  /** The engine answered: whatever was wrong is over. */
  answered(): void {
    this.#isInError = false;
  }

  /** @param dropped frames that the scheduler let go */
  status(dropped: number, staleAfterMs: number, nowMs: number): InputStatusDocument {
    return {
      schema: "isotherm.input/1",
      input: this.name,
      state: this.#state(staleAfterMs, nowMs),
      fps: this.#rate.perSecond(nowMs),
      received: this.#received,
      dropped,
      bad: this.#bad,
      bad_by_reason: Object.fromEntries(this.#badByReason),
      last_frame_at: this.#lastFrameAt,
      last_error: this.#lastError,
    };
  }

  #state(staleAfterMs: number, nowMs: number): InputStatusDocument["state"] {
    if (this.#isInError) return "error";
    if (this.#lastFrameAt === null) return "waiting";
    return nowMs - this.#lastFrameAtMs > staleAfterMs ? "stale" : "live";
  }

  #countBad(trouble: Trouble): void {
    this.#bad += 1;
    this.#isInError = true;
    this.#lastError = trouble;
    const known = this.#badByReason.has(trouble.code) || this.#badByReason.size < MAX_REASONS;
    const reason = known ? trouble.code : "other";
    this.#badByReason.set(reason, (this.#badByReason.get(reason) ?? 0) + 1);
  }
}
