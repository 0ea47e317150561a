// A real broker for tests: mosquitto on a free loopback port with its own configuration and folder, and mosquitto_pub and
// mosquitto_sub as clients that this project did not write. Every process and folder goes with the test that asked for it.

import { type ChildProcess, execFile, type StdioOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { type Certificates, makeCertificates } from "./certificates.js";

const run = promisify(execFile);

/** Debian puts the broker where only root's PATH looks. */
const SEARCHED = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

function findProgram(name: string): string | null {
  return SEARCHED.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

const BROKER = findProgram("mosquitto");
const CLIENTS = findProgram("mosquitto_pub") !== null && findProgram("mosquitto_sub") !== null;

/**
 * In front of what is started, so that the kernel ends it with us: a test that is killed runs no handler (setpriv is part of
 * util-linux, on every Debian).
 */
const TIED_TO_US = findProgram("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "KILL"];

function spawnTied(command: readonly string[], stdio: StdioOptions): ChildProcess {
  const [program = "", ...args] = [...TIED_TO_US, ...command];
  const child = spawn(program, args, { stdio });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("close", () => process.off("exit", kill));
  return child;
}

/** `skip` option of a tap test: false where the programs are installed, else the line that installs them. */
export const needsMosquitto: false | string =
  BROKER !== null && CLIENTS ? false : "needs mosquitto: apt-get install mosquitto mosquitto-clients";

export interface MosquittoOptions {
  /** User names with passwords; anonymous clients are refused then. */
  readonly users?: Readonly<Record<string, string>>;
  /** TLS with a CA of its own; clients must show a certificate of that CA. */
  readonly tls?: boolean;
  /** Larger packets are refused; MQTT 5 clients are told. */
  readonly maxPacketSize?: number;
  /** Keeps retained messages and sessions over a restart. */
  readonly persistence?: boolean;
  /** More lines of mosquitto.conf. */
  readonly extra?: readonly string[];
}

/** How to reach a broker as a client. */
export interface ClientOptions {
  readonly username?: string;
  readonly password?: string;
  readonly protocol?: "5" | "3.1.1";
}

export interface PublishOptions extends ClientOptions {
  readonly qos?: 0 | 1;
  readonly retain?: boolean;
  /** These four make it an MQTT 5 message. */
  readonly userProperties?: Readonly<Record<string, string>>;
  readonly responseTopic?: string;
  readonly correlationData?: string;
  readonly expiryS?: number;
}

/** A message as mosquitto_sub saw it. */
export interface SeenMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retained: boolean;
  readonly responseTopic: string;
  readonly correlationData: string;
  /** All of them as mosquitto_sub writes them: `name:value name:value`. */
  readonly userProperties: string;
}

/** A generous end for what should happen at once: a test that waits so long has failed. */
const PATIENCE_MS = 20_000;

/** Stands behind the last line of `mosquitto` when it takes connections. */
const RUNNING = /mosquitto version \S+ running/;

export class Mosquitto {
  readonly port: number;
  /** Temporary folder of this broker; gone after `stop`. */
  readonly directory: string;
  /** Set where TLS was asked for. */
  readonly certificates: Certificates | null;
  readonly #options: MosquittoOptions;
  #child: ChildProcess | null = null;
  #subscriptions: Subscription[] = [];
  /** Last lines of the broker's log, for a failed test. */
  readonly log: string[] = [];

  private constructor(port: number, directory: string, certificates: Certificates | null, options: MosquittoOptions) {
    this.port = port;
    this.directory = directory;
    this.certificates = certificates;
    this.#options = options;
  }

  /** Resolves when it takes connections. The caller stops it: `t.teardown(() => broker.stop())`. */
  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const directory = await mkdtemp(join(tmpdir(), "isotherm-mosquitto-"));
    const certificates = options.tls === true ? await makeCertificates(join(directory, "tls")) : null;
    // Another process may take a port between our look and the broker's start.
    for (let attempt = 0; ; attempt++) {
      const broker = new Mosquitto(await freePort(), directory, certificates, options);
      try {
        await broker.setUsers(options.users ?? null);
        await broker.restart();
        return broker;
      } catch (thrown) {
        if (attempt < 3) continue;
        await rm(directory, { recursive: true, force: true });
        throw thrown;
      }
    }
  }

  get url(): string {
    // The name, since certificates are made out to it.
    return `${this.certificates === null ? "mqtt" : "mqtts"}://localhost:${this.port}`;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts it, again on the same port where it ran before. */
  async restart(): Promise<void> {
    await this.kill();
    await writeFile(join(this.directory, "mosquitto.conf"), this.#configuration());
    const command = [BROKER ?? "mosquitto", "-c", join(this.directory, "mosquitto.conf")];
    const child = spawnTied(command, ["ignore", "ignore", "pipe"]);
    this.#child = child;
    const lines = createInterface({ input: outputOf(child.stderr) });
    await new Promise<void>((resolve, reject) => {
      lines.on("line", (line) => {
        this.log.push(line);
        if (this.log.length > 200) this.log.shift();
        if (RUNNING.test(line)) resolve();
      });
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`mosquitto left with ${code}: ${this.log.slice(-5).join(" | ")}`)));
    });
  }

  /** SIGKILL, as a power cut; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** SIGTERM: it writes what it keeps, and closes its connections. `restart` brings it back. */
  async halt(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** SIGSTOP: connections stay open and nothing answers. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Ends it, its subscribers and its folder. */
  async stop(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Replaces the users; a running broker takes them at once. Null lets everyone in (only before a start). */
  async setUsers(users: Readonly<Record<string, string>> | null): Promise<void> {
    if (users === null) return;
    const path = join(this.directory, "passwords");
    await writeFile(path, "");
    await chmod(path, 0o600);
    for (const [user, password] of Object.entries(users)) {
      await run("mosquitto_passwd", ["-b", path, user, password]);
    }
    this.#child?.kill("SIGHUP");
  }

  /** Publishes with mosquitto_pub; resolves when it has left (with QoS 1: after the acknowledgement). */
  async publish(topic: string, payload: string | Uint8Array, options: PublishOptions = {}): Promise<void> {
    const empty = payload.length === 0;
    const child = spawn("mosquitto_pub", [
      ...this.#clientArguments({ protocol: isVersion5(options) ? "5" : "3.1.1", ...options }),
      ...["-t", topic, "-q", String(options.qos ?? 0), ...(options.retain === true ? ["-r"] : [])],
      ...propertyArguments(options),
      empty ? "-n" : "-s",
    ]);
    let errors = "";
    child.stderr.on("data", (text) => {
      errors += text;
    });
    // A client that was refused closes its input before it has read it; its exit code tells.
    child.stdin.on("error", () => {});
    child.stdin.end(payload);
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`mosquitto_pub: ${code} ${errors}`))));
    });
  }

  /** Subscribes with mosquitto_sub; resolves when the broker has acknowledged it. */
  async subscribe(pattern: string | readonly string[], options: ClientOptions = {}): Promise<Subscription> {
    const patterns = typeof pattern === "string" ? [pattern] : pattern;
    const subscription = new Subscription([
      ...this.#clientArguments({ protocol: "5", ...options }),
      ...["-q", "1", "-d", "-F", SEEN_FORMAT, ...patterns.flatMap((each) => ["-t", each])],
    ]);
    this.#subscriptions.push(subscription);
    await subscription.ready;
    return subscription;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    // A frozen one takes its other signals only once it goes on.
    child.kill("SIGCONT");
    await gone;
  }

  #clientArguments(options: ClientOptions): string[] {
    const tls = this.certificates;
    return [
      ...["-h", "localhost", "-p", String(this.port), "-V", options.protocol === "3.1.1" ? "mqttv311" : "mqttv5"],
      ...(options.username === undefined ? [] : ["-u", options.username]),
      ...(options.password === undefined ? [] : ["-P", options.password]),
      ...(tls === null ? [] : ["--cafile", tls.ca, "--cert", tls.clientCert, "--key", tls.clientKey]),
    ];
  }

  #configuration(): string {
    const { users, maxPacketSize, persistence, extra } = this.#options;
    const tls = this.certificates;
    return [
      // Started by root it would become `mosquitto`, who may not read this folder.
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      ...(maxPacketSize === undefined ? [] : [`max_packet_size ${maxPacketSize}`]),
      ...(persistence === true ? ["persistence true", `persistence_location ${this.directory}/`] : []),
      "log_dest stderr",
      "log_type all",
      `allow_anonymous ${users === undefined}`,
      ...(users === undefined ? [] : [`password_file ${join(this.directory, "passwords")}`]),
      `listener ${this.port} localhost`,
      ...(tls === null ? [] : [`cafile ${tls.ca}`, `certfile ${tls.serverCert}`, `keyfile ${tls.serverKey}`]),
      ...(tls === null ? [] : ["require_certificate true"]),
      ...(extra ?? []),
      "",
    ].join("\n");
  }
}

/** One mark that no topic has, and one between the fields. Payload and correlation data are binary: hexadecimal keeps them whole. */
const SEEN_MARK = "#seen";
const FIELD = "\x1f";
const SEEN_FORMAT = [SEEN_MARK, "%t", "%x", "%q", "%r", "%R", "%D", "%P"].join(FIELD);

/** A running mosquitto_sub with all that it has seen. */
export class Subscription {
  /** Everything so far, in the order of arrival. */
  readonly messages: SeenMessage[] = [];
  /** When the broker has acknowledged the subscription. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  /** How far `next` has read. */
  #read = 0;

  constructor(args: readonly string[]) {
    // Without stdbuf the line "Subscribed" lies in mosquitto_sub's buffer until the first message flushes it.
    const child = spawnTied(["stdbuf", "-oL", "mosquitto_sub", ...args], ["ignore", "pipe", "pipe"]);
    this.#child = child;
    let errors = "";
    outputOf(child.stderr).on("data", (text) => {
      errors += text;
    });
    this.ready = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        reject(new Error(`mosquitto_sub: ${code} ${errors}`));
        this.#wake();
      });
      createInterface({ input: outputOf(child.stdout) }).on("line", (line) => {
        if (line.startsWith("Subscribed (mid")) resolve();
        if (line.startsWith(SEEN_MARK)) this.#see(line.split(FIELD));
      });
    });
  }

  /**
   * The first message that fits and was not passed by an earlier `next`; waits for it.
   * @param fits a topic, or a claim about the message
   */
  async next(fits: string | ((message: SeenMessage) => boolean) = () => true): Promise<SeenMessage> {
    const matches = typeof fits === "string" ? (message: SeenMessage) => message.topic === fits : fits;
    const endsAtMs = performance.now() + PATIENCE_MS;
    for (;;) {
      while (this.#read < this.messages.length) {
        const message = this.messages[this.#read++];
        if (message !== undefined && matches(message)) return message;
      }
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0 || this.#child.exitCode !== null) throw new Error(`nothing came: ${fits}\n${this.#tail()}`);
      await this.#change(leftMs);
    }
  }

  /** Same, its payload as a JSON document. */
  async nextJson(fits: string | ((message: SeenMessage) => boolean)): Promise<unknown> {
    return JSON.parse((await this.next(fits)).payload.toString("utf8"));
  }

  async close(): Promise<void> {
    this.ready.catch(() => {});
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }

  #see([
    ,
    topic = "",
    hex = "",
    qos = "",
    retained = "",
    responseTopic = "",
    correlationData = "",
    user = "",
  ]: string[]) {
    const payload = Buffer.from(hex, "hex");
    const flags = { qos: Number(qos), retained: retained === "1" };
    this.messages.push({ topic, payload, ...flags, responseTopic, correlationData, userProperties: user });
    this.#wake();
  }

  #change(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, patienceMs);
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  #tail(): string {
    return this.messages
      .slice(-10)
      .map(({ topic, payload }) => `${topic} ${payload.toString("latin1").slice(0, 120)}`)
      .join("\n");
  }
}

/** What was asked for as a pipe is one. */
function outputOf(stream: Readable | null): Readable {
  if (stream === null) throw new Error("started without a pipe");
  return stream;
}

function isVersion5(options: PublishOptions): boolean {
  const { userProperties, responseTopic, correlationData, expiryS } = options;
  return [userProperties, responseTopic, correlationData, expiryS].some((property) => property !== undefined);
}

function propertyArguments(options: PublishOptions): string[] {
  const property = (...words: string[]) => ["-D", "publish", ...words];
  return [
    ...Object.entries(options.userProperties ?? {}).flatMap(([name, value]) => property("user-property", name, value)),
    ...(options.responseTopic === undefined ? [] : property("response-topic", options.responseTopic)),
    ...(options.correlationData === undefined ? [] : property("correlation-data", options.correlationData)),
    ...(options.expiryS === undefined ? [] : property("message-expiry-interval", String(options.expiryS))),
  ];
}

/** A loopback port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  return address.port;
}
