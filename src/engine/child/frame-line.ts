// Frames in the order they came: each is answered or refused, once, before the next one runs. The next one's decode goes on
// meanwhile in the decoder's own threads.

import { setImmediate as nextTurn } from "node:timers/promises";
import { fail, type Result } from "../../base/result.js";
import { type Trouble, thrownText } from "../../base/trouble.js";
import type { VariantKey } from "../../contract/variant.js";
import { type FrameToAnswer, type FromEngine, WINDOW } from "../protocol.js";
import type { Decoded, ResidentVariant } from "./resident.js";

interface Waiting {
  readonly frame: FrameToAnswer;
  readonly variant: ResidentVariant | undefined;
  readonly decoded: Promise<Result<Decoded>>;
}

export class FrameLine {
  readonly #residents: ReadonlyMap<VariantKey, ResidentVariant>;
  readonly #reply: (message: FromEngine) => Promise<void>;
  readonly #line: Waiting[] = [];
  #isWorking = false;
  #working: Promise<void> = Promise.resolve();

  /** @param reply resolves once the message is out of this process */
  constructor(residents: ReadonlyMap<VariantKey, ResidentVariant>, reply: (message: FromEngine) => Promise<void>) {
    this.#residents = residents;
    this.#reply = reply;
  }

  /** Its decode begins at once, its run when it is its turn. */
  take(frame: FrameToAnswer): void {
    const variant = this.#residents.get(frame.key);
    const trouble = this.#line.length >= WINDOW ? tooMany() : variant === undefined ? notResident(frame.key) : null;
    const decoded = trouble !== null || variant === undefined ? refusal(trouble ?? tooMany()) : started(variant, frame);
    this.#line.push({ frame, variant, decoded });
    if (!this.#isWorking) this.#working = this.#work();
  }

  /** Resolves when all is answered and out. */
  async idle(): Promise<void> {
    while (this.#isWorking) await this.#working;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let head = this.#line[0]; head !== undefined; head = this.#line[0]) {
      const message = await answerTo(head);
      // Before the reply: with it, the main process may send the next one.
      this.#line.shift();
      await this.#reply(message);
      // The run blocks this thread: what came in meanwhile is read first, so that the next decode starts before the next run.
      await nextTurn();
    }
    this.#isWorking = false;
  }
}

/** Nothing that a frame does may end the engine: what throws in our stages refuses that frame. */
async function answerTo({ frame, variant, decoded }: Waiting): Promise<FromEngine> {
  try {
    const picture = await decoded;
    if (!picture.ok) return { type: "refused", id: frame.id, trouble: picture.trouble };
    if (variant === undefined) throw new Error("a frame was decoded for a variant that is not there");
    const answered = await variant.finish(picture.value, frame.settings);
    return answered.ok
      ? { type: "answered", id: frame.id, ...answered.value }
      : { type: "refused", id: frame.id, trouble: answered.trouble };
  } catch (thrown) {
    return { type: "refused", id: frame.id, trouble: ourFault(frame.key, thrown) };
  }
}

function started(variant: ResidentVariant, { encoding, raw, payload }: FrameToAnswer): Promise<Result<Decoded>> {
  const decoded = variant.decode({ encoding, raw, payload });
  // Awaited when it is the frame's turn; until then a rejection must not count as one that nobody handles.
  decoded.catch(() => {});
  return decoded;
}

function refusal(trouble: Trouble): Promise<Result<Decoded>> {
  return Promise.resolve(fail(trouble));
}

function ourFault(key: VariantKey, thrown: unknown): Trouble {
  return {
    code: "frame-failed",
    where: key,
    what: `answering the frame failed: ${thrownText(thrown)}`,
    remedy: "this is a fault of Isotherm: please report it with this line",
  };
}

function notResident(key: VariantKey): Trouble {
  return {
    code: "variant-not-resident",
    where: key,
    what: "the engine does not hold this variant",
    remedy: "choose one that `isotherm status` lists as resident, or raise `engine.memory`",
  };
}

function tooMany(): Trouble {
  return {
    code: "engine-full",
    where: "engine",
    what: `more than ${WINDOW} frames were given to the engine`,
    remedy: "this is a fault of Isotherm: please report it with this line",
  };
}
