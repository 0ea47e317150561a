// How a command line asks the running daemon: over the broker, like every other client. Reads what is retained, or sends
// one command and waits for its answer.

import { randomBytes } from "node:crypto";
import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Config } from "../config/schema/config.js";
import { SILENT } from "../contract/log.js";
import type { IncomingMessage, OutgoingMessage } from "../contract/message.js";
import type { ResponseDocument } from "../contract/states.js";
import { MqttConnection } from "../mqtt/connection.js";
import { topicsOf } from "../topics/address.js";
import { commandMqttSettings } from "./mqtt-settings.js";

/** A person waits at a terminal. */
const CONNECT_MS = 5000;
/** A variant that has to be loaded first takes its time on a board. */
const ANSWER_MS = 30_000;

/** All that is retained below the node, by topic. */
export async function retainedDocuments(config: Config): Promise<Result<ReadonlyMap<string, string>>> {
  const topics = topicsOf(config.mqtt.base_topic, config.node.id);
  return withConnection(config, CONNECT_MS, async (connection, next) => {
    const documents = new Map<string, string>();
    // A broker handles what one client sends in order: when this comes back, the retained ones have come.
    const marker: OutgoingMessage = {
      topic: topics.response(`cli-${randomBytes(6).toString("hex")}`),
      payload: "",
      qos: 1,
      retain: false,
    };
    const subscribed = await connection.subscribe([topics.status, ...topics.retained, marker.topic]);
    if (!subscribed.ok) return subscribed;
    connection.publish(marker);
    for (;;) {
      const message = await next();
      if (message.topic === marker.topic) return ok(documents);
      if (message.topic.includes("/image/")) continue;
      documents.set(message.topic, Buffer.from(message.payload).toString("utf8"));
    }
  });
}

/** Sends a command and gives its answer. */
export async function askDaemon(config: Config, message: OutgoingMessage, op: string): Promise<Result<unknown>> {
  const topics = topicsOf(config.mqtt.base_topic, config.node.id);
  return withConnection(config, ANSWER_MS, async (connection, next) => {
    const subscribed = await connection.subscribe([topics.response(op)]);
    if (!subscribed.ok) return subscribed;
    connection.publish(message);
    const answer: ResponseDocument = JSON.parse(Buffer.from((await next()).payload).toString("utf8"));
    return answer.ok ? ok(answer.result ?? null) : fail(answer.error ?? noAnswer(config));
  });
}

/** Connects, does one thing with the messages that come, and leaves; nothing takes longer than `patienceMs`. */
async function withConnection<T>(
  config: Config,
  patienceMs: number,
  act: (connection: MqttConnection, next: () => Promise<IncomingMessage>) => Promise<Result<T>>,
): Promise<Result<T>> {
  const messages: IncomingMessage[] = [];
  let wake: (() => void) | null = null;
  const next = async (): Promise<IncomingMessage> => {
    for (;;) {
      const message = messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let lastDown: Trouble | null = null;
  let connection: MqttConnection | null = null;
  try {
    return await new Promise<Result<T>>((resolve, reject) => {
      const settings = commandMqttSettings(config);
      const opened = new MqttConnection(
        settings,
        {
          onUp: async () => {
            act(opened, next).then(resolve, reject);
          },
          onDown: (trouble) => {
            lastDown = trouble;
          },
          onMessage: (message) => {
            messages.push(message);
            wake?.();
          },
        },
        { log: SILENT, chance: Math.random },
      );
      connection = opened;
      timer = setTimeout(() => resolve(fail(lastDown ?? noAnswer(config))), patienceMs);
      opened.start();
    });
  } finally {
    clearTimeout(timer);
    await (connection as MqttConnection | null)?.close();
  }
}

function noAnswer(config: Config): Trouble {
  return {
    code: "no-answer",
    where: `${config.mqtt.url} ${config.mqtt.base_topic}/${config.node.id}`,
    what: "the daemon did not answer",
    remedy: "is it running (systemctl status isotherm), and do both use the same broker, base topic and node id?",
  };
}
