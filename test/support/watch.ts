// All that comes out of a broker below some topics, remembered: a test asks for what should have come, whether it is there
// already or still under way, and gets it as a checked document.

import type { z } from "zod";
import type { ClientOptions, Mosquitto, SeenMessage, Subscription } from "./mosquitto.js";

/** A loaded CI runner starts an engine in seconds; what takes this long does not come. */
const PATIENCE_MS = 45_000;

export class Watch {
  readonly #subscription: Subscription;
  #arrival: Promise<void> | null = null;
  /** Says more when something did not come: the daemon's log. */
  explain: () => string = () => "";

  private constructor(subscription: Subscription) {
    this.#subscription = subscription;
  }

  static async open(broker: Mosquitto, patterns: readonly string[], client: ClientOptions = {}): Promise<Watch> {
    return new Watch(await broker.subscribe(patterns, client));
  }

  /** Everything so far, in the order of arrival. */
  get messages(): readonly SeenMessage[] {
    return this.#subscription.messages;
  }

  /** A point in time: `since` of what must come after now. */
  get now(): number {
    return this.messages.length;
  }

  /** The first message since then that fits; waits for it. */
  until(topic: string, fits: (message: SeenMessage) => boolean = () => true, since = 0): Promise<SeenMessage> {
    return this.first((message) => message.topic === topic && fits(message), since, topic);
  }

  /** Same, on any topic. @param what names it where it does not come */
  async first(fits: (message: SeenMessage) => boolean, since = 0, what = "any topic"): Promise<SeenMessage> {
    const endsAtMs = performance.now() + PATIENCE_MS;
    let read = since;
    for (;;) {
      const found = this.messages.slice(read).find(fits);
      if (found !== undefined) return found;
      read = this.now;
      if (performance.now() > endsAtMs) throw new Error(this.#nothingCame(what));
      await this.#next(what);
    }
  }

  /** Same, of a JSON document that its schema describes; a document that breaks its schema fails the test. */
  async document<S extends z.ZodType>(
    topic: string,
    schema: S,
    fits: (document: z.infer<S>) => boolean = () => true,
    since = 0,
  ): Promise<z.infer<S>> {
    const read = (message: SeenMessage) => schema.parse(JSON.parse(message.payload.toString("utf8")));
    const message = await this.until(topic, (one) => one.payload.length > 0 && fits(read(one)), since);
    return read(message);
  }

  /** Documents of a topic so far. */
  documents<S extends z.ZodType>(topic: string, schema: S, since = 0): z.infer<S>[] {
    return this.messages
      .slice(since)
      .filter((message) => message.topic === topic && message.payload.length > 0)
      .map((message) => schema.parse(JSON.parse(message.payload.toString("utf8"))));
  }

  close(): Promise<void> {
    return this.#subscription.close();
  }

  /** One reader of the subscription, however many wait. */
  async #next(topic: string): Promise<void> {
    this.#arrival ??= this.#subscription
      .next()
      .then(() => {})
      .finally(() => {
        this.#arrival = null;
      });
    try {
      await this.#arrival;
    } catch {
      throw new Error(this.#nothingCame(topic));
    }
  }

  #nothingCame(topic: string): string {
    const last = this.messages
      .slice(-12)
      .map(({ topic, payload }) => `  ${topic} ${payload.toString("latin1").slice(0, 160)}`);
    return [`nothing that fits came on ${topic}; the last messages:`, ...last, this.explain()].join("\n");
  }
}
