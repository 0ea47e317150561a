// The daemon's one way to the broker: the order at connect, the retained documents as they should stand there, what an earlier
// run left behind, and the events that wait on disk. Knows messages, not what they say.

import type { Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Log } from "../contract/log.js";
import type { IncomingMessage, OutgoingMessage } from "../contract/message.js";
import { MqttConnection, type MqttSettings } from "../mqtt/connection.js";
import type { Outbox } from "../mqtt/outbox.js";
import { withdrawn } from "../topics/form.js";
import { type Kind, RetainedDocuments } from "./retained-documents.js";

/** What the broker said at connect; null while away. */
export interface Session {
  readonly protocol: "5" | "3.1.1";
  readonly tls: boolean;
}

export interface BrokerLinkEvents {
  onMessage(message: IncomingMessage): void;
  /** Documents that depend on the session (`info`) are made anew here, before they are published. */
  onSession(session: Session): void;
  /** Whether the broker took the subscriptions; null: it did. */
  onSubscribed(trouble: Trouble | null): void;
  /** Whether the broker takes the discovery document; null: it does. */
  onDiscovery(trouble: Trouble | null): void;
}

export interface BrokerLinkParts {
  /** The status message that ends the order at connect. */
  readonly online: OutgoingMessage;
  readonly outbox: Outbox;
  /** Asked for at each connect: a reload changes them. */
  readonly subscriptions: () => readonly string[];
  /** Where an earlier run may have left retained documents that nobody owns any more. */
  readonly sweepPatterns: () => readonly string[];
  readonly log: Log;
  readonly chance: () => number;
}

/** How long retained documents of an earlier run may take to come in after the subscription; MQTT has no end mark for them. */
const SWEEP_MS = 5000;

type Step = (link: BrokerLink, session: Session) => Promise<void> | void;

/** The order is the contract: a hub that reads "online" must already find entities and states. The will is set before. */
const AT_CONNECT: readonly Step[] = [
  (link, session) => link.events.onSession(session),
  (link) => link.subscribe(),
  // Before our own documents replace what an earlier run has announced: the broker then has the old ones on their way to us.
  (link) => link.subscribeToLeftOver(),
  (link) => link.publishAll("discovery"),
  (link) => link.publishAll("state"),
  (link) => link.publishOnline(),
  (link) => link.drainOutbox(),
];

export class BrokerLink {
  readonly events: BrokerLinkEvents;
  readonly #parts: BrokerLinkParts;
  readonly #connection: MqttConnection;
  readonly #documents: RetainedDocuments;
  /** Whether what earlier runs left is looked for, in this session or in the next one. */
  #isSweeping = true;
  #sweepEnd: NodeJS.Timeout | null = null;
  #draining: Promise<void> | null = null;
  session: Session | null = null;
  /** Live messages (results, answers to commands) that could not go out. */
  dropped = 0;

  constructor(settings: MqttSettings, parts: BrokerLinkParts, events: BrokerLinkEvents) {
    this.events = events;
    this.#parts = parts;
    this.#connection = new MqttConnection(
      settings,
      {
        onUp: ({ protocol, tls }) => this.#connected({ protocol, tls }),
        onDown: () => {
          this.session = null;
          this.#documents.pause();
          this.#stopSweepTimer();
        },
        onMessage: (message) => events.onMessage(message),
        onRefused: (trouble) => {
          if (this.#documents.refuse(trouble.where) === "discovery") events.onDiscovery(trouble);
        },
      },
      { log: parts.log, chance: parts.chance },
    );
    this.#documents = new RetainedDocuments(this.#connection, (kind) => {
      if (kind === "discovery") events.onDiscovery(null);
    });
  }

  start(): void {
    this.#connection.start();
  }

  /** Not retained and not kept: false where it could not go out now. */
  send(message: OutgoingMessage): boolean {
    const sent = this.#connection.publish(message);
    if (!sent) this.dropped += 1;
    return sent;
  }

  /** Keeps the document as what should stand at the broker, and brings it there. */
  retain(kind: Kind, message: OutgoingMessage): void {
    this.#documents.set(kind, message);
  }

  /** Takes a retained document away, now or at the next connect. */
  withdraw(kind: Kind, topic: string): void {
    this.#documents.remove(kind, topic);
  }

  /** Topics of the documents that should stand at the broker. */
  ownTopics(kind: Kind): readonly string[] {
    return this.#documents.topics(kind);
  }

  /** An event: on disk first, then out as soon as there is a broker. */
  async sendEvent(message: OutgoingMessage): Promise<Result<void>> {
    const kept = await this.#parts.outbox.append(message);
    this.drainOutbox();
    return kept;
  }

  /** One run at a time: order is kept, and nothing is sent twice by two runs. */
  drainOutbox(): void {
    const { outbox } = this.#parts;
    if (this.session === null || this.#draining !== null) return;
    this.#draining = outbox
      .drain((message) => this.#connection.publishAcknowledged(message))
      .finally(() => {
        this.#draining = null;
        // What was appended while the last one was being acknowledged.
        if (this.session !== null && outbox.waiting > 0) setImmediate(() => this.drainOutbox());
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
    this.#connection.publish(this.#parts.online);
  }

  publishAll(kind: Kind): void {
    this.#documents.publishAll(kind);
  }

  /** Tries again what did not go out; called now and then. */
  flush(): void {
    this.#documents.retry();
  }

  /** To all that is wanted; those that are there already cost nothing, those that were refused are asked for again. */
  async subscribe(): Promise<void> {
    const subscribed = await this.#connection.subscribe(this.#parts.subscriptions());
    if (this.session !== null) this.events.onSubscribed(subscribed.ok ? null : subscribed.trouble);
  }

  /** Once in a run, and after `sweep`. Who may not read them leaves them: nothing else depends on it. */
  async subscribeToLeftOver(): Promise<void> {
    if (!this.#isSweeping) return;
    this.#stopSweepTimer();
    const subscribed = await this.#connection.subscribe(this.#parts.sweepPatterns());
    if (!subscribed.ok) this.#parts.log.debug("left-over-not-read", { what: subscribed.trouble.what });
    this.#sweepEnd = setTimeout(() => void this.#endSweep(), SWEEP_MS);
    this.#sweepEnd.unref();
  }

  /** Looks once more for documents that nobody owns: the configuration has changed. */
  async sweep(): Promise<void> {
    this.#isSweeping = true;
    if (this.session !== null) await this.subscribeToLeftOver();
  }

  /** After the wanted subscriptions changed. @param before what was wanted until now */
  async resubscribe(before: readonly string[]): Promise<void> {
    if (this.session === null) return;
    const wanted = new Set(this.#parts.subscriptions());
    await this.#connection.unsubscribe(before.filter((pattern) => !wanted.has(pattern)));
    await this.subscribe();
  }

  /** Says `last` and leaves the broker cleanly; what is retained stays, as a restart is about to find it. */
  async close(last: OutgoingMessage): Promise<void> {
    this.#stopSweepTimer();
    await this.#connection.close(last);
  }

  /**
   * Leaves for good: takes away what nobody will keep up to date any more.
   * @param stays topics that another link is about to take over
   */
  async leave(offline: OutgoingMessage, stays: (topic: string) => boolean): Promise<void> {
    for (const kind of ["discovery", "state"] as const)
      for (const topic of this.ownTopics(kind)) if (!stays(topic)) this.withdraw(kind, topic);
    if (stays(offline.topic)) return this.close(offline);
    this.#connection.publish(offline);
    await this.close(withdrawn(offline.topic));
  }

  async #connected(session: Session): Promise<void> {
    this.session = session;
    for (const step of AT_CONNECT) {
      await step(this, session);
      // The connection went during the step; the next one begins from the top.
      if (this.session !== session) return;
    }
  }

  async #endSweep(): Promise<void> {
    this.#isSweeping = false;
    const still = new Set(this.#parts.subscriptions());
    await this.#connection.unsubscribe(this.#parts.sweepPatterns().filter((pattern) => !still.has(pattern)));
  }

  #stopSweepTimer(): void {
    if (this.#sweepEnd !== null) clearTimeout(this.#sweepEnd);
    this.#sweepEnd = null;
  }
}
