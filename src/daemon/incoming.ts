// What comes in from the broker, and whose it is: a frame, the hub's, a command, or a document that an earlier run left there.

import type { Result } from "../base/result.js";
import type { LoadedConfig } from "../config/load.js";
import type { Log } from "../contract/log.js";
import type { IncomingMessage } from "../contract/message.js";
import type { Inputs } from "../inputs/inputs.js";
import type { Topics } from "../topics/address.js";
import { type Addressed, type Command, parseCommand } from "../topics/commands.js";
import { responseMessage } from "../topics/response.js";
import type { AlertBoard } from "./alert-board.js";
import type { BrokerLink } from "./broker-link.js";
import type { HubAnnouncer } from "./hub-announcer.js";
import { isPattern } from "./input-settings.js";
import { isLeftOver } from "./left-over.js";
import type { Pipelines } from "./pipelines.js";

export interface IncomingParts {
  readonly log: Log;
  readonly inForce: () => LoadedConfig;
  readonly topics: () => Topics;
  readonly link: () => BrokerLink;
  readonly inputs: Inputs;
  readonly pipelines: Pipelines;
  readonly alerts: AlertBoard;
  readonly hub: HubAnnouncer;
  readonly carryOut: (command: Command) => Promise<Result<unknown>>;
}

export class Incoming {
  readonly #parts: IncomingParts;

  constructor(parts: IncomingParts) {
    this.#parts = parts;
  }

  /** Frames first: they are nearly all that comes. A frame's topic may lie below our own. */
  hear(message: IncomingMessage): void {
    const { inputs, hub, pipelines, topics } = this.#parts;
    if (inputs.receive(message)) return;
    if (hub.hear(message)) return;
    const known = { pipelines: pipelines.variantNames(), inputs: inputs.names };
    const received = parseCommand(topics(), message, known);
    if (received !== null) void this.#answer(received.to, received.command);
    else if (message.retained && message.payload.byteLength > 0) this.#sweep(message.topic);
  }

  /** Takes away those of our own documents that nobody owns since a reload. */
  sweepOwn(): void {
    for (const topic of this.#parts.link().ownTopics("state")) this.#sweep(topic);
  }

  async #answer(to: Addressed, command: Result<Command>): Promise<void> {
    const { log, link, carryOut } = this.#parts;
    const outcome = command.ok ? await carryOut(command.value) : command;
    if (outcome.ok) log.info("command", { op: to.op });
    else log.trouble(outcome.trouble, { op: to.op });
    link().send(responseMessage(to, outcome));
  }

  #sweep(topic: string): void {
    const { topics, link, pipelines, alerts, inForce } = this.#parts;
    const owned = {
      pipelines: new Map(
        pipelines.all.map(({ plan: { name, settings } }) => [
          name,
          { inputs: settings.inputs, image: settings.publish.image },
        ]),
      ),
      inputs: Object.entries(inForce().config.inputs).map(([key, input]) => ({
        key,
        isPattern: isPattern(input.mqtt.topic),
      })),
      alerts: alerts.ids,
    };
    if (isLeftOver(topics(), topic, owned)) link().withdraw("state", topic);
  }
}
