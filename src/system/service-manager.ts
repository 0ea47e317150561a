// What systemd is told (sd_notify(3)), without native code: Node opens no datagram sockets of the Unix kind, so the program
// `systemd-notify` sends the messages. Decides nothing: whether a ping is earned is the daemon's to say.

import { type ChildProcess, execFile } from "node:child_process";
import type { Log } from "../contract/log.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** What waits to be sent, at most one line of each kind: the newest says all, so the queue can't grow. */
type Kind = "state" | "status" | "watchdog" | "extend";

/**
 * Sends from the background and becomes `sleep`, which never collects its child. systemd before 246 (JetPack 5 has 245) finds
 * the unit by the sender's entry in /proc and drops the message when that is gone ("Cannot find unit for notify message of
 * PID"); as long as `sleep` lives the entry stays, with its control group. Later versions wait for receipt by themselves.
 */
const SEND = 'systemd-notify "$@" & exec sleep 0.5';
/** `systemd-notify` itself gives up waiting for receipt after 5 s. */
const SEND_TIMEOUT_MS = 6000;
/** The daemon must end within 5 s in all; the last message is a courtesy. */
const CLOSE_TIMEOUT_MS = 1000;
/** The manager reads datagrams of at most 4096 bytes and ignores longer ones; so many characters of UTF-8 always fit. */
const STATUS_MAX_CHARACTERS = 500;

export class ServiceManager {
  /** Whether somebody listens; without, every message is dropped at once. */
  readonly isPresent: boolean;
  /** Longest time between two pings, microseconds as text; undefined where no ping is asked for. */
  readonly watchdogUsec: string | undefined;
  readonly #env: Environment;
  readonly #log: Log;
  readonly #waiting = new Map<Kind, string>();
  #sending: Promise<void> | null = null;
  #sender: ChildProcess | null = null;
  #isReady = false;
  #status: string | null = null;

  /** @param env of the process; only the variables of sd_notify(3) and PATH are read, and only those reach the sender */
  constructor(env: Environment, log: Log) {
    this.#env = { PATH: env.PATH, NOTIFY_SOCKET: env.NOTIFY_SOCKET };
    this.#log = log;
    this.isPresent = (env.NOTIFY_SOCKET ?? "") !== "";
    // The variables are inherited: pings are wanted from the process that is named, not from its children.
    const isForUs = env.WATCHDOG_PID === undefined || env.WATCHDOG_PID === String(process.pid);
    this.watchdogUsec = this.isPresent && isForUs ? env.WATCHDOG_USEC : undefined;
  }

  ready(status: string): void {
    this.#isReady = true;
    this.#put("state", "READY=1");
    this.status(status);
  }

  /** Ends with `ready`. */
  reloading(): void {
    this.#isReady = false;
    this.#put("state", "RELOADING=1");
  }

  stopping(): void {
    this.#isReady = false;
    this.#put("state", "STOPPING=1");
  }

  /** One line for `systemctl status`. */
  status(text: string): void {
    this.#status = `STATUS=${oneLine(text)}`;
    this.#put("status", this.#status);
  }

  /** A ping. It says again what was said last: a lost READY or STATUS is mended by the next ping. */
  watchdog(): void {
    if (this.#isReady && !this.#waiting.has("state")) this.#put("state", "READY=1");
    if (this.#status !== null) this.#put("status", this.#status);
    if (this.#waiting.get("watchdog") !== "WATCHDOG=trigger") this.#put("watchdog", "WATCHDOG=1");
  }

  /** Asks to be killed and started again: the daemon knows that it can't go on. */
  trigger(): void {
    this.#put("watchdog", "WATCHDOG=trigger");
  }

  /** @param usec microseconds from now that the start, reload or stop may still take */
  extendTimeout(usec: number): void {
    this.#put("extend", `EXTEND_TIMEOUT_USEC=${Math.ceil(usec)}`);
  }

  /** Sends what waits, for a second at most. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([this.#drained(), patience]);
    clearTimeout(timer);
    this.#waiting.clear();
    // A sender that still waits for receipt must not keep a daemon alive that is done.
    this.#sender?.unref();
    this.#sender?.stdout?.destroy();
    this.#sender?.stderr?.destroy();
  }

  #put(kind: Kind, line: string): void {
    if (!this.isPresent) return;
    this.#waiting.set(kind, line);
    // After the caller's turn, so that what is said together goes together.
    this.#sending ??= Promise.resolve().then(() => this.#sendAll());
  }

  async #drained(): Promise<void> {
    await this.#sending;
  }

  /** One process at a time, so that messages arrive in their order. */
  async #sendAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const lines = [...this.#waiting.values()];
      this.#waiting.clear();
      await this.#send(lines);
    }
    this.#sending = null;
  }

  #send(lines: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const options = {
        env: this.#env as NodeJS.ProcessEnv,
        timeout: SEND_TIMEOUT_MS,
        killSignal: "SIGKILL" as const,
        maxBuffer: 64 * 1024,
      };
      this.#sender = execFile("/bin/sh", ["-c", SEND, "sh", ...lines], options, (error, _out, complaint) => {
        const text = complaint.trim() || error?.message;
        if (text !== undefined) this.#report(text);
        resolve();
      });
    });
  }

  #report(complaint: string): void {
    this.#log.trouble({
      code: "service-manager-unreachable",
      where: this.#env.NOTIFY_SOCKET ?? "NOTIFY_SOCKET",
      what: `the service manager could not be told: ${oneLine(complaint)}`,
      remedy: "install systemd-notify (apt-get install systemd), and set NotifyAccess=all in the unit",
    });
  }
}

/** A line break would begin another assignment: a label in a status must not become a command to systemd. */
function oneLine(text: string): string {
  return [...text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")].slice(0, STATUS_MAX_CHARACTERS).join("");
}
