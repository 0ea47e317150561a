// Frames in quick succession from one client that this project did not write: mosquitto_pub reads lines, and a line can hold a
// picture as base64. What goes in `captured_at` comes back in the result, so that each answer can be told from the others.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Mosquitto } from "./mosquitto.js";

export class Feeder {
  readonly #child: ChildProcessWithoutNullStreams;
  #sent = 0;

  constructor(broker: Mosquitto, topic: string) {
    const where = ["-h", "localhost", "-p", String(broker.port), "-t", topic, "-q", "0"];
    this.#child = spawn("mosquitto_pub", [...where, "-l"]);
    // A broker that goes takes its client along; what was sent then is lost, which is the test's subject.
    this.#child.stdin.on("error", () => {});
  }

  /** Sends a picture. @returns the mark that comes back as `captured_at` */
  send(picture: Buffer): string {
    // A time for the reader, a counter for the test: a millisecond a frame.
    const mark = new Date(Date.UTC(2026, 0, 1) + this.#sent++).toISOString();
    this.#child.stdin.write(`${JSON.stringify({ image: picture.toString("base64"), captured_at: mark })}\n`);
    return mark;
  }

  get sent(): number {
    return this.#sent;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }
}
