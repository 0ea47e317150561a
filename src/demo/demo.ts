// The demo: broker, cameras, the real daemon and a table, joined. Everything lives in this process but the cameras and the
// engine, and everything is gone when it ends.

import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Checked, ok } from "../base/result.js";
import type { LoadedConfig } from "../config/load.js";
import { configFromObject } from "../config/load.js";
import { SILENT } from "../contract/log.js";
import type { IncomingMessage } from "../contract/message.js";
import type { ResultDocument } from "../contract/result.js";
import type { PipelineStateDocument } from "../contract/states.js";
import { runDaemon } from "../daemon/run-daemon.js";
import { MqttConnection } from "../mqtt/connection.js";
import { topicsOf } from "../topics/address.js";
import { startEmbeddedBroker } from "./broker.js";
import { DEMO_NODE, demoConfig } from "./demo-config.js";
import { DEMO_GAUGES, truthTopic } from "./gauges.js";
import { type DemoSummary, LiveTable } from "./live-table.js";

export interface DemoOptions {
  /** Pictures a second of each gauge. */
  readonly fps: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called once, when the first gauge was read. */
  onFirstAnswer(): void;
  /** Called twice a second. */
  onTable(table: { readonly header: string[]; readonly rows: string[][] }, seconds: number): void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const TABLE_EVERY_MS = 500;

/** Runs until the signal. @returns what was seen, or why the daemon would not start */
export async function runDemo(options: DemoOptions): Promise<Checked<DemoSummary>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "isotherm-demo-"));
  const broker = await startEmbeddedBroker();
  try {
    const daemon = await runDaemon({
      load: async () => loadDemoConfig(broker.url, dataDirectory, options.env),
      env: options.env,
    });
    if (!daemon.ok) return daemon;
    const table = new LiveTable(DEMO_GAUGES);
    const viewer = watch(broker.url, table, options.onFirstAnswer);
    const camera = startCamera(broker.url, options.fps);
    const startedMs = performance.now();
    const seconds = () => (performance.now() - startedMs) / 1000;
    const timer = setInterval(() => options.onTable(table.cells(seconds()), seconds()), TABLE_EVERY_MS);
    await untilAborted(options.signal);
    clearInterval(timer);
    const summary = table.summary(seconds());
    await endCamera(camera);
    await daemon.value.stop("the demo ends");
    await viewer.close();
    return ok(summary);
  } finally {
    await broker.close();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

function loadDemoConfig(url: string, dataDirectory: string, env: DemoOptions["env"]): Checked<LoadedConfig> {
  const written = demoConfig(url, dataDirectory);
  const config = configFromObject(written, env);
  if (!config.ok) return config;
  const sha256 = createHash("sha256").update(JSON.stringify(written)).digest("hex");
  const at = (path: readonly (string | number)[]) => `the demo's configuration: ${path.join(".")}`;
  return ok({ config: config.value, path: join(dataDirectory, "config.yaml"), sha256, secrets: [], at });
}

function watch(url: string, table: LiveTable, onFirstAnswer: () => void): MqttConnection {
  const topics = topicsOf("isotherm", DEMO_NODE);
  const handlers = new Map<string, (message: IncomingMessage) => void>();
  for (const { name } of DEMO_GAUGES) {
    handlers.set(truthTopic(name), (message) => table.sawTruth(name, parse<{ value: number }>(message).value));
    handlers.set(topics.result(name, name), (message) => {
      const result = parse<ResultDocument>(message);
      const measured = "values" in result ? result.values[0] : undefined;
      if (measured === undefined) return;
      if (table.answered === 0) onFirstAnswer();
      table.sawResult(name, measured.value, result.timing_ms.total);
    });
    handlers.set(topics.pipelineState(name), (message) => table.sawState(name, parse<PipelineStateDocument>(message)));
  }
  const connection: MqttConnection = new MqttConnection(
    {
      url,
      clientId: "isotherm-demo-table",
      protocol: "3.1.1",
      keepaliveMs: 30_000,
    },
    {
      onUp: async () => void (await connection.subscribe([...handlers.keys()])),
      onDown: () => {},
      onMessage: (message) => handlers.get(message.topic)?.(message),
    },
    { log: SILENT, chance: Math.random },
  );
  connection.start();
  return connection;
}

function parse<T>(message: IncomingMessage): T {
  return JSON.parse(Buffer.from(message.payload).toString("utf8")) as T;
}

function startCamera(url: string, fps: number): ChildProcess {
  const entry = fileURLToPath(new URL("camera.js", import.meta.url));
  return fork(entry, [JSON.stringify({ url, fps })], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

/** The camera leaves when its parent lets go of it; one that hangs in a picture is not waited for. */
async function endCamera(camera: ChildProcess): Promise<void> {
  if (camera.exitCode !== null || camera.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => camera.once("exit", () => resolve()));
  const limit = setTimeout(() => camera.kill("SIGKILL"), 2000);
  if (camera.connected) camera.disconnect();
  await gone;
  clearTimeout(limit);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
