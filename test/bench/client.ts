// The one client that sends the pictures and takes the time of both sides alike.

import { Socket } from "node:net";
import mqtt, { type MqttClient } from "mqtt";

/** A frame that has no answer by then is lost, and the figures with it. */
const PATIENCE_MS = 30_000;

export class BenchClient {
  readonly #client: MqttClient;
  readonly #waiting = new Map<string, (payload: Buffer) => void>();

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on("message", (topic, payload) => this.#waiting.get(topic)?.(payload));
  }

  static async connect(port: number): Promise<BenchClient> {
    const client = await mqtt.connectAsync(`mqtt://localhost:${port}`, { protocolVersion: 5 });
    // The time it takes is the sides', not this client's: no picture waits for the acknowledgement of the one before (Nagle).
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    // What came before the subscription is retained, or of no interest.
    await client.subscribeAsync(["isotherm/bench/result/+/+", "isotherm/bench/pipeline/+/state", "peer/result/+"]);
    return new BenchClient(client);
  }

  /** The next message on the topic that fits. */
  until(topic: string, fits: (payload: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing came on ${topic}`)), PATIENCE_MS);
      this.#waiting.set(topic, (payload) => {
        const text = payload.toString("utf8");
        if (!fits(text)) return;
        clearTimeout(timer);
        this.#waiting.delete(topic);
        resolve(text);
      });
    });
  }

  /** Publishes a picture and waits for its result. @returns milliseconds from one to the other */
  async ask(inputTopic: string, resultTopic: string, picture: Buffer): Promise<{ latencyMs: number; result: string }> {
    const answered = this.until(resultTopic, () => true);
    const sinceMs = performance.now();
    this.#client.publish(inputTopic, picture);
    const result = await answered;
    return { latencyMs: performance.now() - sinceMs, result };
  }

  async close(): Promise<void> {
    await this.#client.endAsync();
  }
}
