// The network between a daemon and its broker, when it is bad: a relay that a test makes refuse, swallow, cut or garble.

import { createServer, type Server, type Socket, connect as tcpConnect } from "node:net";

/**
 * pass: as it should be. refuse: connections are closed at once. swallow: what the daemon sends goes nowhere, and nothing says so.
 * deaf: what the broker sends goes nowhere. half-packet: the first bytes of the broker's answer, then nothing and the end.
 */
export type LineMode = "pass" | "refuse" | "swallow" | "deaf" | "half-packet";

/** Less than the shortest CONNACK of MQTT 5, and no whole packet of any kind. */
const HALF_PACKET_BYTES = 3;

export class FaultyLine {
  mode: LineMode = "pass";
  /** Connections that were tried, whatever came of them. */
  attempts = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #onAttempt = new Set<() => void>();

  private constructor(brokerPort: number) {
    this.#server = createServer((near) => {
      this.attempts += 1;
      for (const wake of [...this.#onAttempt]) wake();
      this.#keep(near);
      if (this.mode === "refuse") near.destroy();
      else this.#join(near, tcpConnect(brokerPort, "localhost"));
    });
  }

  static async open(brokerPort: number): Promise<FaultyLine> {
    const line = new FaultyLine(brokerPort);
    await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", () => resolve()));
    return line;
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("the line is closed");
    return `mqtt://127.0.0.1:${address.port}`;
  }

  /** Resolves when so many connections more have been tried. */
  async attempted(more: number): Promise<void> {
    const goal = this.attempts + more;
    while (this.attempts < goal) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#onAttempt.delete(wake);
          resolve();
        };
        this.#onAttempt.add(wake);
      });
    }
  }

  /** Ends every connection without a word, as a pulled cable and a reset do. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(near: Socket, far: Socket): void {
    this.#keep(far);
    near.on("data", (bytes) => {
      if (this.mode !== "swallow" && !far.destroyed) far.write(bytes);
    });
    far.on("data", (bytes) => {
      if (near.destroyed || this.mode === "deaf") return;
      if (this.mode !== "half-packet") near.write(bytes);
      else near.end(bytes.subarray(0, HALF_PACKET_BYTES));
    });
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // A reset is this file's business, no error.
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
