// The real daemon for tests: `isotherm run` as a process of its own, with its own folder, against a real broker. It goes with
// the test that asked for it, however that ends.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";
import { PipelineStateDocument } from "../../src/contract/states.js";
import type { ClientOptions, Mosquitto } from "./mosquitto.js";
import { Watch } from "./watch.js";

/** The binary of the build that this test belongs to. */
export const ISOTHERM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** `node.id` of every configuration made here, and what all its topics begin with. */
export const NODE = "test";
export const BASE = `isotherm/${NODE}`;

export interface LogLine {
  readonly level?: unknown;
  readonly event?: unknown;
  readonly [field: string]: unknown;
}

export interface DaemonOptions {
  /** Inputs, pipelines, engine, … : laid over the head that names node, broker and log. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Program instead of `isotherm run`; gets the same arguments. */
  readonly program?: readonly string[];
  /** How the test's own subscription enters the broker. */
  readonly client?: ClientOptions;
  /** Don't wait until the pipelines run. */
  readonly noWait?: boolean;
  /** Before the first start: files that must lie in the folder. */
  readonly prepare?: (directory: string) => Promise<void>;
  /** After the last end, before the folder goes. */
  readonly cleanUp?: (directory: string) => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An end that must come comes in seconds; SIGKILL after this, so that a hanging daemon fails its test and not the run. */
const END_PATIENCE_MS = 20_000;
/** Lines kept for a test that fails. */
const KEPT_LINES = 400;

export class Daemon {
  readonly directory: string;
  /** All that comes out below the node's topics and Home Assistant's. */
  readonly watch: Watch;
  readonly log: LogLine[] = [];
  readonly #program: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #head: Readonly<Record<string, unknown>>;
  #child: ChildProcess;
  #exit: Promise<Exit>;
  readonly #logWaiters = new Set<() => void>();

  private constructor(directory: string, watch: Watch, head: Record<string, unknown>, options: DaemonOptions) {
    this.directory = directory;
    this.watch = watch;
    this.#head = head;
    this.#program = options.program ?? [ISOTHERM, "run"];
    this.#env = options.env ?? {};
    watch.explain = () => `the daemon's log:\n${this.logTail()}`;
    [this.#child, this.#exit] = this.#spawn();
  }

  /** Resolves when every pipeline of the configuration runs, unless told not to wait. */
  static async start(t: Test, broker: Mosquitto, options: DaemonOptions): Promise<Daemon> {
    const directory = await mkdtemp(join(tmpdir(), "isotherm-daemon-"));
    await mkdir(join(directory, "data"));
    await options.prepare?.(directory);
    const watch = await Watch.open(broker, [`${BASE}/#`, "homeassistant/#"], options.client);
    const head = {
      version: 1,
      node: { id: NODE, data_dir: join(directory, "data") },
      mqtt: { url: broker.url, ...options.client },
      log: { level: "debug", format: "json" },
    };
    await writeFile(join(directory, "config.yaml"), configText(head, options.config));
    const daemon = new Daemon(directory, watch, head, options);
    t.teardown(async () => {
      daemon.kill("SIGCONT");
      daemon.kill("SIGKILL");
      await daemon.#exit;
      await watch.close();
      options.cleanUp?.(directory);
      await rm(directory, { recursive: true, force: true });
    });
    if (options.noWait !== true) await daemon.running();
    return daemon;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the daemon could not be started");
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get dataDirectory(): string {
    return join(this.directory, "data");
  }

  get configPath(): string {
    return join(this.directory, "config.yaml");
  }

  /** Waits until it has ended; one that doesn't is killed and shows in `signal`. */
  async exit(): Promise<Exit> {
    const timer = setTimeout(() => this.kill("SIGKILL"), END_PATIENCE_MS);
    const exit = await this.#exit;
    clearTimeout(timer);
    return exit;
  }

  /** Waits until the node is online and every pipeline named, or else every one configured, runs. */
  async running(since = 0, pipelines: readonly string[] = this.#configured()): Promise<void> {
    const isRunning = async () => {
      await this.watch.until(`${BASE}/status`, ({ payload }) => payload.toString() === "online", since);
      for (const name of pipelines) {
        const topic = `${BASE}/pipeline/${name}/state`;
        await this.watch.document(topic, PipelineStateDocument, ({ state }) => state === "running", since);
      }
      return null;
    };
    const waiting = isRunning();
    // Whoever has ended never comes: no need to wait for it.
    const ended = await Promise.race([waiting, this.#exit]);
    if (ended === null) return;
    waiting.catch(() => {});
    throw new Error(`the daemon ended with ${ended.code ?? ended.signal}:\n${this.logTail()}`);
  }

  /** The engine's process now; throws where there is none. */
  enginePid(): number {
    const engines = childrenOf(this.pid).filter((pid) => commandLine(pid).includes("engine"));
    const [pid] = engines;
    if (pid === undefined) throw new Error(`no engine below ${this.pid}\n${this.logTail()}`);
    return pid;
  }

  /** Writes the configuration anew; `reload` or a restart takes it. */
  async configure(config: Readonly<Record<string, unknown>> | string): Promise<void> {
    const text = typeof config === "string" ? config : configText(this.#head, config);
    await writeFile(this.configPath, text);
  }

  /** SIGHUP. */
  reload(): void {
    this.kill("SIGHUP");
  }

  /** SIGTERM, and waits for the end. */
  async stop(): Promise<Exit> {
    this.kill("SIGTERM");
    return this.exit();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Starts it again in the same folder after it has ended. */
  async startAgain(): Promise<void> {
    await this.#exit;
    [this.#child, this.#exit] = this.#spawn();
  }

  /** The first line of the log that fits; waits for it. */
  async logged(fits: (line: LogLine) => boolean): Promise<LogLine> {
    const endsAtMs = performance.now() + END_PATIENCE_MS;
    for (;;) {
      const found = this.log.find(fits);
      if (found !== undefined) return found;
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) throw new Error(`no line of the log fits:\n${this.logTail()}`);
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#logWaiters.delete(done);
          resolve();
        };
        const timer = setTimeout(done, leftMs);
        this.#logWaiters.add(done);
      });
    }
  }

  logTail(): string {
    return this.log
      .slice(-25)
      .map((line) => `  ${JSON.stringify(line)}`)
      .join("\n");
  }

  #configured(): string[] {
    const config: { pipelines?: Record<string, unknown> } = JSON.parse(readFileSync(this.configPath, "utf8"));
    return Object.keys(config.pipelines ?? {});
  }

  #spawn(): [ChildProcess, Promise<Exit>] {
    const child = spawn(process.execPath, [...this.#program, "--config", this.configPath], {
      cwd: this.directory,
      env: { ...cleanEnvironment(), ...this.#env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    createInterface({ input: child.stderr }).on("line", (line) => {
      this.log.push(parsedLine(line));
      if (this.log.length > KEPT_LINES) this.log.shift();
      for (const wake of [...this.#logWaiters]) wake();
    });
    const exit = new Promise<Exit>((resolve) => {
      child.once("error", () => resolve({ code: null, signal: null }));
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
    return [child, exit];
  }
}

/** JSON is YAML: tests write what they mean as objects. Sections of `config` replace keys of the head one by one. */
function configText(head: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>>): string {
  const merged: Record<string, unknown> = { ...head };
  for (const [section, given] of Object.entries(config)) {
    const before = merged[section];
    merged[section] = isObject(before) && isObject(given) ? { ...before, ...given } : given;
  }
  return `${JSON.stringify(merged, null, 2)}\n`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the test runner's hooks, which would follow into the daemon and its engine, and without settings of this machine. */
export function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined && !/^(NODE_OPTIONS|TAP|_TAPJS|ISOTHERM_|NOTIFY_SOCKET|WATCHDOG_)/.test(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? ""]));
}

function parsedLine(line: string): LogLine {
  try {
    const parsed: unknown = JSON.parse(line);
    return isObject(parsed) ? parsed : { text: line };
  } catch {
    return { text: line };
  }
}

/** Direct children, from /proc. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  } catch {
    return [];
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** Waits for the end of a process that is not our child: /proc tells no one, so we look now and then. */
export async function gone(pid: number): Promise<void> {
  const endsAtMs = performance.now() + END_PATIENCE_MS;
  // Z: ended, and its new parent has not looked yet.
  while (!["", "Z"].includes(/^State:\s+(\w)/m.exec(readStatus(pid))?.[1] ?? "")) {
    if (performance.now() > endsAtMs) throw new Error(`process ${pid} (${commandLine(pid)}) goes on`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resident memory in bytes of the process and all that it started. */
export function residentBytes(pid: number): number {
  const own = /^VmRSS:\s+(\d+) kB$/m.exec(readStatus(pid))?.[1] ?? "0";
  return Number(own) * 1024 + childrenOf(pid).reduce((sum, child) => sum + residentBytes(child), 0);
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}
