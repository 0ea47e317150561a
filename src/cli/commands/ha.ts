// `isotherm ha preview`: what would be announced to Home Assistant. `isotherm ha clear`: takes it away from the broker.

import { Command } from "commander";
import { fail, ok, type Result } from "../../base/result.js";
import type { Trouble } from "../../base/trouble.js";
import { type LoadedConfig, loadConfig } from "../../config/load.js";
import { SILENT } from "../../contract/log.js";
import type { OutgoingMessage } from "../../contract/message.js";
import { commandMqttSettings } from "../../daemon/mqtt-settings.js";
import { packagePlaces } from "../../daemon/package-places.js";
import { planPipelines } from "../../daemon/plan-pipelines.js";
import { describeHub } from "../../hub/describe.js";
import { clearMessages, homeAssistantDocument } from "../../hub/home-assistant/device.js";
import { MqttConnection, tryConnect } from "../../mqtt/connection.js";
import { versionText } from "../../system/paths.js";
import { boardModel } from "../../telemetry/readers/board-model.js";
import { EXIT, printJson, printLine, printPrettyJson, printTroubles } from "../output.js";

/** A person waits at a terminal; a broker behind a slow uplink needs a few seconds. */
const BROKER_PATIENCE_MS = 5000;

interface HaOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command("ha")
    .description("Home Assistant's discovery documents")
    .addCommand(
      withOptions(new Command("preview").description("what would be announced, without announcing it")).action(preview),
    )
    .addCommand(
      withOptions(new Command("clear").description("takes this node's device and entities away again")).action(clear),
    );
}

function withOptions(command: Command): Command {
  return command
    .option("--config <path>", "configuration file (default: /etc/isotherm/config.yaml, else ./config/isotherm.yaml)")
    .option("--json", "one document a line");
}

async function preview(options: HaOptions): Promise<void> {
  const loaded = await load(options);
  if (loaded === null) return;
  const { config } = loaded;
  const plans = await planPipelines(loaded, packagePlaces(loaded));
  const node = {
    id: config.node.id,
    name: config.node.name,
    version: versionText(),
    board: await boardModel(config.telemetry.root),
    prefix: config.home_assistant.prefix,
    baseTopic: config.mqtt.base_topic,
  };
  const { message, leftOut } = homeAssistantDocument(describeHub(node, config.inputs, plans, []));
  if (options.json) {
    printJson({ ...message, payload: JSON.parse(String(message.payload)) });
  } else {
    printLine(message.topic);
    printPrettyJson(JSON.parse(String(message.payload)));
  }
  const troubles = plans.map((plan) => plan.trouble).filter((trouble) => trouble !== null);
  printTroubles(troubles);
  for (const note of previewNotes(loaded, leftOut)) process.stderr.write(`${note}\n`);
  if (troubles.length > 0) process.exitCode = EXIT.failed;
}

/** What the documents themselves do not say. */
function previewNotes({ config }: LoadedConfig, leftOut: number): string[] {
  const patterns = Object.entries(config.inputs).filter(([, input]) => input.mqtt.topic.split("/").includes("+"));
  return [
    ...(config.home_assistant.discovery ? [] : ["note: home_assistant.discovery is off, nothing of this is announced"]),
    ...patterns.map(
      ([key, input]) => `note: inputs that ${key} (${input.mqtt.topic}) makes are announced with their first frame`,
    ),
    ...(leftOut > 0 ? [`note: ${leftOut} entities more do not fit; list fewer labels or inputs`] : []),
  ];
}

async function clear(options: HaOptions): Promise<void> {
  const loaded = await load(options);
  if (loaded === null) return;
  const { config } = loaded;
  const messages = clearMessages(config.home_assistant.prefix, config.node.id);
  const sent = await publishAll(loaded, messages);
  if (!sent.ok) {
    if (options.json) printJson({ ok: false, error: sent.trouble });
    else printTroubles([sent.trouble]);
    process.exitCode = EXIT.failed;
    return;
  }
  if (options.json) {
    printJson({ ok: true, cleared: messages.map(({ topic }) => topic) });
    return;
  }
  for (const { topic } of messages) printLine(`cleared ${topic}`);
  if (config.home_assistant.discovery)
    printLine("a daemon that runs announces them again; `home_assistant: { discovery: false }` keeps them away");
}

async function load({ config }: HaOptions): Promise<LoadedConfig | null> {
  const loaded = await loadConfig(config ?? null, process.env);
  if (loaded.ok) return loaded.value;
  printTroubles(loaded.troubles);
  process.exitCode = EXIT.configuration;
  return null;
}

/** Connects, publishes, and leaves once the broker has taken everything. */
async function publishAll({ config }: LoadedConfig, messages: readonly OutgoingMessage[]): Promise<Result<void>> {
  const settings = commandMqttSettings(config);
  // A refusal is told at once; the connection below would go on trying, as a daemon's must.
  const tried = await tryConnect(settings, BROKER_PATIENCE_MS);
  if (!tried.ok) return tried;
  let lastDown: Trouble = {
    code: "mqtt-silent",
    where: config.mqtt.url,
    what: `no answer within ${BROKER_PATIENCE_MS / 1000} s`,
    remedy: "is the broker running, and mqtt.url right?",
  };
  let connection: MqttConnection | null = null;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Result<void>>((resolve) => {
      const opened = new MqttConnection(
        settings,
        {
          // Not awaited inside: the connection's own order at connect must not wait for acknowledgements that come after it.
          onUp: async () => {
            void acknowledged(opened, messages).then((all) => {
              if (all) resolve(ok(undefined));
            });
          },
          onDown: (trouble) => {
            lastDown = trouble;
          },
          onMessage: () => {},
        },
        { log: SILENT, chance: Math.random },
      );
      connection = opened;
      timer = setTimeout(() => resolve(fail(lastDown)), BROKER_PATIENCE_MS);
      opened.start();
    });
  } finally {
    clearTimeout(timer);
    await (connection as MqttConnection | null)?.close();
  }
}

async function acknowledged(connection: MqttConnection, messages: readonly OutgoingMessage[]): Promise<boolean> {
  for (const message of messages) if (!(await connection.publishAcknowledged(message))) return false;
  return true;
}
