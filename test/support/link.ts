// A connection of ours under test, with all that it says kept in order and awaited by `next`.

import type { Trouble } from "../../src/base/trouble.js";
import { type Log, SILENT } from "../../src/contract/log.js";
import type { IncomingMessage } from "../../src/contract/message.js";
import { MqttConnection, type MqttSettings } from "../../src/mqtt/connection.js";

export type Said =
  | { readonly type: "up"; readonly protocol: string; readonly tls: boolean; readonly maximumPacketSize: number | null }
  | { readonly type: "down"; readonly trouble: Trouble }
  | { readonly type: "message"; readonly message: IncomingMessage };

/** A generous end: a test that waits so long has failed. */
const PATIENCE_MS = 20_000;

export class Link {
  readonly connection: MqttConnection;
  readonly said: Said[] = [];
  /** Troubles and lines for the log, as text: to look for what must not be in there. */
  readonly logged: string[] = [];
  #read = 0;
  #wake = () => {};

  /** @param atUp runs inside `onUp`, before it counts as said */
  constructor(
    settings: Partial<MqttSettings> & Pick<MqttSettings, "url">,
    atUp: (link: Link) => Promise<void> = async () => {},
  ) {
    const write = (...parts: unknown[]) => void this.logged.push(JSON.stringify(parts));
    const log: Log = { ...SILENT, info: write, warn: write, error: write, trouble: write };
    this.connection = new MqttConnection(
      { clientId: "isotherm-test", protocol: "auto", keepaliveMs: 30_000, ...settings },
      {
        onUp: async (session) => {
          await atUp(this);
          this.#say({ type: "up", ...session });
        },
        onDown: (trouble) => this.#say({ type: "down", trouble }),
        onMessage: (message) => this.#say({ type: "message", message }),
      },
      // The shortest waits that the back-off allows.
      { log, chance: () => 0 },
    );
    this.connection.start();
  }

  /** The first of this kind that an earlier `next` did not pass; waits for it. */
  async next<K extends Said["type"]>(type: K): Promise<Extract<Said, { type: K }>> {
    const endsAtMs = performance.now() + PATIENCE_MS;
    for (;;) {
      while (this.#read < this.said.length) {
        const said = this.said[this.#read++];
        if (said?.type === type) return said as Extract<Said, { type: K }>;
      }
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) throw new Error(`no "${type}" came; before it ${this.#tail()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** What was said last, without payloads. */
  #tail(): string {
    const lines = this.said
      .slice(-3)
      .map((said) => (said.type === "message" ? said.message.topic : JSON.stringify(said)));
    return [...lines, ...this.logged.slice(-3)].join(" | ");
  }

  #say(said: Said): void {
    this.said.push(said);
    this.#wake();
  }
}
