// How a command line asks the running daemon: over the broker, like every other client. Reads what is retained, or sends
// one command and waits for its answer.

import { randomBytes } from "node:crypto";
import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Config } from "../config/schema/config.js";
import { SILENT } from "../contract/log.js";
import type { IncomingMessage, OutgoingMessage } from "../contract/message.js";
import { ResponseDocument } from "../contract/states.js";
import { MqttConnection } from "../mqtt/connection.js";
import { type Topics, topicsOf } from "../topics/address.js";
import { commandMqttSettings } from "./mqtt-settings.js";

/** A person waits at a terminal. */
const CONNECT_MS = 5000;
/** A variant that has to be loaded first takes its time on a board. */
const ANSWER_MS = 30_000;

/** All that is retained below the node, by topic. */
export async function retainedDocuments(config: Config): Promise<Result<ReadonlyMap<string, string>>> {
  const topics = topicsOf(config.mqtt.base_topic, config.node.id);
  return withConnection(config, CONNECT_MS, (line) => readRetained(line, topics, [topics.status, ...topics.retained]));
}

/** Sends a command and gives its answer. */
export async function askDaemon(config: Config, message: OutgoingMessage, op: string): Promise<Result<unknown>> {
  const topics = topicsOf(config.mqtt.base_topic, config.node.id);
  return withConnection(config, ANSWER_MS, async (line) => {
    const found = await readRetained(line, topics, [topics.status]);
    if (!found.ok) return found;
    // Nobody is there to answer: no need to wait until that is certain.
    if (found.value.get(topics.status) !== "online") return fail(noAnswer(config));
    const subscribed = await line.connection.subscribe([topics.response(op)]);
    if (!subscribed.ok) return subscribed;
    const mark = randomBytes(8);
    line.connection.publish({ ...message, correlationData: mark });
    for (;;) {
      const heard = await line.next();
      // Another command's answer comes on the same topic; MQTT 5 brings our mark back, 3.1.1 no mark at all.
      const isOthers = heard.correlationData !== null && Buffer.compare(heard.correlationData, mark) !== 0;
      const answer = isOthers || heard.topic !== topics.response(op) ? null : responseIn(heard);
      if (answer !== null) return answer.ok ? ok(answer.result ?? null) : fail(answer.error ?? noAnswer(config));
    }
  });
}

/** A connection that is up, and what comes in there. */
interface Line {
  readonly connection: MqttConnection;
  next(): Promise<IncomingMessage>;
}

async function readRetained(
  { connection, next }: Line,
  topics: Topics,
  patterns: readonly string[],
): Promise<Result<ReadonlyMap<string, string>>> {
  const documents = new Map<string, string>();
  // A broker handles what one client sends in order: when this comes back, the retained ones have come.
  const topic = topics.response(`cli-${randomBytes(6).toString("hex")}`);
  const subscribed = await connection.subscribe([...patterns, topic]);
  if (!subscribed.ok) return subscribed;
  connection.publish({ topic, payload: "", qos: 1, retain: false });
  for (;;) {
    const message = await next();
    if (message.topic === topic) return ok(documents);
    if (message.topic.includes("/image/")) continue;
    documents.set(message.topic, Buffer.from(message.payload).toString("utf8"));
  }
}

/** Anyone may publish there: what is no answer is passed over. */
function responseIn(message: IncomingMessage): ResponseDocument | null {
  try {
    const parsed = ResponseDocument.safeParse(JSON.parse(Buffer.from(message.payload).toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Connects, does one thing with the messages that come, and leaves; nothing takes longer than `patienceMs`. */
async function withConnection<T>(
  config: Config,
  patienceMs: number,
  act: (line: Line) => Promise<Result<T>>,
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
  const timers: NodeJS.Timeout[] = [];
  let lastDown: Trouble | null = null;
  let connection: MqttConnection | null = null;
  let isBegun = false;
  try {
    return await new Promise<Result<T>>((resolve, reject) => {
      const settings = commandMqttSettings(config);
      const opened = new MqttConnection(
        settings,
        {
          onUp: async () => {
            // Once: a connection that broke on the way took the answer along.
            if (isBegun) return;
            isBegun = true;
            act({ connection: opened, next }).then(resolve, reject);
          },
          onDown: (trouble) => {
            lastDown = trouble;
            // A person waits: who can't be reached now is named now.
            if (!isBegun) resolve(fail(trouble));
          },
          onMessage: (message) => {
            messages.push(message);
            wake?.();
          },
        },
        { log: SILENT, chance: Math.random },
      );
      connection = opened;
      const giveUp = () => resolve(fail(lastDown ?? noAnswer(config)));
      timers.push(
        setTimeout(() => isBegun || giveUp(), CONNECT_MS),
        setTimeout(giveUp, patienceMs),
      );
      opened.start();
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
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
