// The daemon's one way to the broker: the order at connect, the retained documents as they should stand there, and the
// events that wait on disk. Knows messages, not what they say.

import type { Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Log } from "../contract/log.js";
import type { IncomingMessage, OutgoingMessage } from "../contract/message.js";
import { MqttConnection, type MqttSettings } from "../mqtt/connection.js";
import type { Outbox } from "../mqtt/outbox.js";

/** What the broker said at connect; null while away. */
export interface Session {
  readonly protocol: "5" | "3.1.1";
  readonly tls: boolean;
}

export interface BrokerLinkEvents {
  onMessage(message: IncomingMessage): void;
  /** Documents that depend on the session (`info`) are made anew here, before they are published. */
  onSession(session: Session): void;
  onDown(trouble: Trouble): void;
  /** Whether the broker took the subscriptions; null: it did. */
  onSubscribed(trouble: Trouble | null): void;
}

/** How long retained documents of an earlier run may take to come in after the subscription; MQTT has no end mark for them. */
const SWEEP_MS = 5000;

type Step = (link: BrokerLink, session: Session) => Promise<void> | void;

/** The order is the contract: a hub that reads "online" must already find entities and states. The will is set before. */
const AT_CONNECT: readonly Step[] = [
  (link, session) => link.events.onSession(session),
  (link) => link.subscribe(),
  (link) => link.publishAll("discovery"),
  (link) => link.publishAll("state"),
  (link) => link.publishOnline(),
  (link) => link.drainOutbox(),
];

type Kind = "discovery" | "state";

export class BrokerLink {
  readonly events: BrokerLinkEvents;
  readonly #connection: MqttConnection;
  readonly #online: OutgoingMessage;
  readonly #outbox: Outbox;
  readonly #subscriptions: () => readonly string[];
  /** What should stand at the broker. An empty payload is a document to take away; it is forgotten once that is done. */
  readonly #retained: Record<Kind, Map<string, OutgoingMessage>> = { discovery: new Map(), state: new Map() };
  /** Topics whose newest document the connection could not take yet. */
  readonly #unsent = new Set<string>();
  #sweepPatterns: readonly string[];
  #sweepEnd: NodeJS.Timeout | null = null;
  #draining: Promise<void> | null = null;
  session: Session | null = null;

  /**
   * @param online the status message that ends the order at connect
   * @param subscriptions asked for at each connect: a reload changes them
   * @param sweepPatterns where an earlier run may have left retained documents that nobody owns any more
   */
  constructor(
    settings: MqttSettings,
    parts: {
      readonly online: OutgoingMessage;
      readonly outbox: Outbox;
      readonly subscriptions: () => readonly string[];
      readonly sweepPatterns: readonly string[];
      readonly log: Log;
      readonly chance: () => number;
    },
    events: BrokerLinkEvents,
  ) {
    this.events = events;
    this.#online = parts.online;
    this.#outbox = parts.outbox;
    this.#subscriptions = parts.subscriptions;
    this.#sweepPatterns = parts.sweepPatterns;
    this.#connection = new MqttConnection(
      settings,
      {
        onUp: async (session) => {
          this.session = { protocol: session.protocol, tls: session.tls };
          for (const step of AT_CONNECT) await step(this, this.session);
        },
        onDown: (trouble) => {
          this.session = null;
          events.onDown(trouble);
        },
        onMessage: (message) => events.onMessage(message),
      },
      { log: parts.log, chance: parts.chance },
    );
  }

  start(): void {
    this.#connection.start();
  }

  /** Live results that the connection could not take. */
  get dropped(): number {
    return this.#connection.dropped;
  }

  /** Not retained and not kept: false where it could not go out now. */
  send(message: OutgoingMessage): boolean {
    return this.#connection.publish(message);
  }

  /** Keeps the document as what should stand at the broker, and brings it there; one that stands there already costs nothing. */
  retain(kind: Kind, message: OutgoingMessage): void {
    if (samePayload(this.#retained[kind].get(message.topic)?.payload, message.payload)) return;
    this.#retained[kind].set(message.topic, message);
    this.#bring(kind, message);
  }

  /** Takes a retained document away, now or at the next connect. */
  withdraw(kind: Kind, topic: string): void {
    this.retain(kind, { topic, payload: "", qos: 1, retain: true });
  }

  /** Topics of the documents that should stand at the broker. */
  ownTopics(kind: Kind): readonly string[] {
    return [...this.#retained[kind].values()].filter((message) => !isEmpty(message)).map((message) => message.topic);
  }

  /** An event: on disk first, then out as soon as there is a broker. */
  async sendEvent(message: OutgoingMessage): Promise<Result<void>> {
    const kept = await this.#outbox.append(message);
    void this.drainOutbox();
    return kept;
  }

  /** One run at a time: order is kept, and nothing is sent twice by two runs. */
  drainOutbox(): void {
    if (this.session === null || this.#draining !== null) return;
    this.#draining = this.#outbox
      .drain((message) => this.#connection.publishAcknowledged(message))
      .finally(() => {
        this.#draining = null;
        // What was appended while the last one was being acknowledged.
        if (this.session !== null && this.#outbox.waiting > 0) setImmediate(() => this.drainOutbox());
      });
  }

  /** What a hub that restarted must hear again, in the order at connect. */
  republish(): void {
    if (this.session === null) return;
    this.publishAll("discovery");
    this.publishAll("state");
    this.publishOnline();
  }

  publishOnline(): void {
    this.#connection.publish(this.#online);
  }

  publishAll(kind: Kind): void {
    for (const message of [...this.#retained[kind].values()]) this.#bring(kind, message);
  }

  /** Tries again what did not go out; called now and then. */
  flush(): void {
    for (const topic of [...this.#unsent]) {
      for (const kind of ["discovery", "state"] as const) {
        const message = this.#retained[kind].get(topic);
        if (message !== undefined) this.#bring(kind, message);
      }
    }
  }

  async subscribe(): Promise<void> {
    const patterns = [...new Set([...this.#subscriptions(), ...this.#sweepPatterns])];
    const subscribed = await this.#connection.subscribe(patterns);
    this.events.onSubscribed(subscribed.ok ? null : subscribed.trouble);
    if (this.#sweepPatterns.length > 0 && this.#sweepEnd === null) {
      this.#sweepEnd = setTimeout(() => this.#endSweep(), SWEEP_MS);
      this.#sweepEnd.unref();
    }
  }

  /** After the wanted subscriptions changed. @param before what was wanted until now */
  async resubscribe(before: readonly string[]): Promise<void> {
    if (this.session === null) return;
    const wanted = new Set(this.#subscriptions());
    await this.#unsubscribe(before.filter((pattern) => !wanted.has(pattern)));
    const known = new Set(before);
    const added = [...wanted].filter((pattern) => !known.has(pattern));
    if (added.length === 0) return;
    const subscribed = await this.#connection.subscribe(added);
    this.events.onSubscribed(subscribed.ok ? null : subscribed.trouble);
  }

  /** Says `last` and leaves the broker cleanly; what is retained stays, as a restart is about to find it. */
  async close(last: OutgoingMessage): Promise<void> {
    if (this.#sweepEnd !== null) clearTimeout(this.#sweepEnd);
    await this.#connection.close(last);
  }

  /** Leaves for good: takes away all that is retained here, since nobody will keep it up to date. */
  async leave(last: OutgoingMessage): Promise<void> {
    for (const kind of ["discovery", "state"] as const)
      for (const topic of this.ownTopics(kind)) this.withdraw(kind, topic);
    await this.close(last);
  }

  async #unsubscribe(patterns: readonly string[]): Promise<void> {
    if (this.session !== null && patterns.length > 0) await this.#connection.unsubscribe(patterns);
  }

  #endSweep(): void {
    const patterns = this.#sweepPatterns;
    this.#sweepPatterns = [];
    const still = new Set(this.#subscriptions());
    void this.#unsubscribe(patterns.filter((pattern) => !still.has(pattern)));
  }

  #bring(kind: Kind, message: OutgoingMessage): void {
    if (this.session === null || !this.#connection.publish(message)) {
      this.#unsent.add(message.topic);
      return;
    }
    this.#unsent.delete(message.topic);
    if (isEmpty(message)) this.#retained[kind].delete(message.topic);
  }
}

function isEmpty(message: OutgoingMessage): boolean {
  return message.payload.length === 0;
}

function samePayload(a: string | Uint8Array | undefined, b: string | Uint8Array): boolean {
  if (typeof a === "string" || typeof b === "string" || a === undefined) return a === b;
  return Buffer.compare(a, b) === 0;
}
