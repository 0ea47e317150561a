// Keeps the hub's discovery document at the broker as the node is now, and remembers what an earlier one announced: what is
// gone must be taken away by name.

import type { LoadedConfig } from "../config/load.js";
import type { Config } from "../config/schema/config.js";
import type { IncomingMessage } from "../contract/message.js";
import { describeHub } from "../hub/describe.js";
import { discoveryTopic, homeAssistantDocument, hubStatusTopic } from "../hub/home-assistant/device.js";
import { type FormerDocument, NO_FORMER, readDocument } from "../hub/home-assistant/former.js";
import type { Inputs } from "../inputs/inputs.js";
import { versionText } from "../system/paths.js";
import type { BrokerLink } from "./broker-link.js";
import type { Pipelines } from "./pipelines.js";

export interface HubAnnouncerParts {
  readonly inForce: () => LoadedConfig;
  readonly link: () => BrokerLink;
  readonly pipelines: Pipelines;
  readonly inputs: Inputs;
  readonly board: string | null;
}

export class HubAnnouncer {
  readonly #parts: HubAnnouncerParts;
  #former: FormerDocument = NO_FORMER;

  constructor(parts: HubAnnouncerParts) {
    this.#parts = parts;
  }

  /** Publishes the document anew where it changed; takes it away where discovery is switched off. */
  announce(): void {
    const { inForce, link, pipelines, inputs, board } = this.#parts;
    const { config } = inForce();
    const { node, home_assistant, mqtt } = config;
    const topic = discoveryTopic(home_assistant.prefix, node.id);
    for (const old of link().ownTopics("discovery")) if (old !== topic) link().withdraw("discovery", old);
    if (!home_assistant.discovery) {
      link().withdraw("discovery", topic);
      this.#former = NO_FORMER;
      return;
    }
    const description = describeHub(
      {
        id: node.id,
        name: node.name,
        version: versionText(),
        board,
        prefix: home_assistant.prefix,
        baseTopic: mqtt.base_topic,
      },
      config.inputs,
      pipelines.all.map((live) => live.plan),
      [...inputs.names, ...this.#former.inputs],
    );
    const { message } = homeAssistantDocument(description, this.#former);
    link().retain("discovery", message);
    this.#former = readDocument(message.payload);
  }

  /** @returns true when the message was the hub's, or our own document of an earlier run */
  hear(message: IncomingMessage): boolean {
    const { config } = this.#parts.inForce();
    const { prefix, discovery } = config.home_assistant;
    if (message.topic === hubStatusTopic(prefix)) {
      // A retained `online` says that the hub was there before us: all was published at connect anyway.
      if (discovery && !message.retained && Buffer.from(message.payload).toString("utf8") === "online")
        this.#parts.link().republish();
      return true;
    }
    if (message.topic !== discoveryTopic(prefix, config.node.id)) return false;
    if (message.retained) this.#recall(readDocument(message.payload));
    return true;
  }

  /** At another broker nothing was announced before. */
  forget(): void {
    this.#former = NO_FORMER;
  }

  /** Found at the broker right after the connect: our own document of a moment ago, or an earlier run's with more in it. */
  #recall(found: FormerDocument): void {
    const isNews = Object.keys(found.components).some((id) => !Object.hasOwn(this.#former.components, id));
    if (!isNews) return;
    this.#former = {
      components: { ...found.components, ...this.#former.components },
      inputs: [...new Set([...found.inputs, ...this.#former.inputs])],
    };
    this.announce();
  }
}

/** What to subscribe to for the hub's sake. */
export function hubStatusTopics(config: Config): readonly string[] {
  return config.home_assistant.discovery ? [hubStatusTopic(config.home_assistant.prefix)] : [];
}

/** Where an earlier run's document may stand. */
export function discoveryTopics(config: Config): readonly string[] {
  return [discoveryTopic(config.home_assistant.prefix, config.node.id)];
}
