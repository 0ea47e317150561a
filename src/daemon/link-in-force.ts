// The link to the broker that the configuration in force asks for, the topics that go with it, and the move from one to the next
// at a reload. Everybody asks here each time, since both may have changed.

import type { Trouble } from "../base/trouble.js";
import type { LoadedConfig } from "../config/load.js";
import type { Log } from "../contract/log.js";
import type { IncomingMessage } from "../contract/message.js";
import type { Outbox } from "../mqtt/outbox.js";
import { type Topics, topicsOf } from "../topics/address.js";
import { statusMessage } from "../topics/node.js";
import { BrokerLink } from "./broker-link.js";
import { discoveryTopics, hubStatusTopics } from "./hub-announcer.js";
import { daemonMqttSettings } from "./mqtt-settings.js";

export interface LinkParts {
  readonly inForce: () => LoadedConfig;
  readonly outbox: Outbox;
  readonly log: Log;
  readonly chance: () => number;
  readonly inputTopics: () => readonly string[];
  onMessage(message: IncomingMessage): void;
  /** Connected: documents that tell of the connection are made anew. */
  onSession(): void;
  onSubscribed(trouble: Trouble | null): void;
  onDiscovery(trouble: Trouble | null): void;
}

export class LinkInForce {
  readonly #parts: LinkParts;
  topics: Topics;
  link: BrokerLink;
  /** Links of former configurations, on their way out. */
  #leaving: Promise<void> = Promise.resolve();
  /** Live messages that those have let go. */
  #droppedBefore = 0;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.topics = this.#newTopics();
    this.link = this.#newLink();
  }

  /** Live messages that could not go out, since the start. */
  get dropped(): number {
    return this.#droppedBefore + this.link.dropped;
  }

  get subscriptions(): readonly string[] {
    const hub = hubStatusTopics(this.#parts.inForce().config);
    return [...this.topics.subscriptions, ...this.#parts.inputTopics(), ...hub];
  }

  /** The same link goes on. @param before what was subscribed to */
  async refresh(before: readonly string[]): Promise<void> {
    await this.link.resubscribe(before);
    await this.link.sweep();
  }

  /** To another broker, with other credentials or under other topics: a new link, to which all is to be said anew. */
  move(before: LoadedConfig): void {
    const { config } = this.#parts.inForce();
    const former = { link: this.link, offline: statusMessage(this.topics, "offline") };
    this.#droppedBefore += former.link.dropped;
    const topics = this.#newTopics();
    this.topics = topics;
    const link = this.#newLink();
    this.link = link;
    const isSameBroker = before.config.mqtt.url === config.mqtt.url;
    const discovery = new Set(discoveryTopics(config));
    const stays = (topic: string) => isSameBroker && (topic.startsWith(`${topics.base}/`) || discovery.has(topic));
    // One after the other: what the old link takes away or says last must not come after what the new one says.
    this.#leaving = this.#leaving.then(() => former.link.leave(former.offline, stays)).then(() => link.start());
  }

  async close(): Promise<void> {
    await Promise.all([this.#leaving, this.link.close(statusMessage(this.topics, "offline"))]);
  }

  #newTopics(): Topics {
    const { mqtt, node } = this.#parts.inForce().config;
    return topicsOf(mqtt.base_topic, node.id);
  }

  #newLink(): BrokerLink {
    const { inForce, outbox, log, chance, onMessage, onSession, onSubscribed, onDiscovery } = this.#parts;
    const { topics } = this;
    return new BrokerLink(
      daemonMqttSettings(inForce().config, topics),
      {
        online: statusMessage(topics, "online"),
        outbox,
        subscriptions: () => this.subscriptions,
        sweepPatterns: () => [...topics.retained, ...discoveryTopics(inForce().config)],
        log,
        chance,
      },
      { onMessage, onSession, onSubscribed, onDiscovery },
    );
  }
}
