// One network connection to a broker, from the first packet to its end. Every way in which it can end (refused, closed, silent,
// garbage) becomes one call of `onEnd`; nothing is thrown past it.

import { Socket } from "node:net";
import mqtt, { type IClientOptions, type IConnackPacket, type IPublishPacket, type MqttClient } from "mqtt";
import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { IncomingMessage, OutgoingMessage } from "../contract/message.js";
import { asBuffer } from "./client-options.js";
import { closedTrouble, connectTrouble, type Peer, reasonCode, reasonTrouble } from "./connect-trouble.js";
import type { AttemptEnd, Protocol } from "./protocol-choice.js";
import { ACKNOWLEDGED_LIMIT_BYTES, LIVE_LIMIT_BYTES, packetBytes, SendWindow, type Settle } from "./send-window.js";

/** `not-now`: away, or too much waits; `never`: the broker takes no message of this size. */
export type Taken = "taken" | "not-now" | "never";

/** What the broker said in its CONNACK. */
export interface SessionFacts {
  readonly protocol: Protocol;
  /** The largest packet it takes; null: it said none. */
  readonly maximumPacketSize: number | null;
}

export interface SessionEvents {
  onUp(facts: SessionFacts): void;
  onMessage(message: IncomingMessage): void;
  /** The broker will never take this message; it was let go. */
  onRefused(trouble: Trouble): void;
  /** Once, last. `attempt` says what the end means for the choice of the version. */
  onEnd(trouble: Trouble, wasUp: boolean, attempt: AttemptEnd): void;
}

const NO_PROPERTIES: Readonly<Record<string, string>> = {};

export class Session {
  readonly #peer: Peer;
  readonly #protocol: Protocol;
  readonly #events: SessionEvents;
  readonly #client: MqttClient | null = null;
  #window = new SendWindow(null);
  #maximumPacketSize: number | null = null;
  /** The broker takes no QoS 1, or no retained messages: then ours go out as it takes them. */
  #takesQos1 = true;
  #takesRetain = true;
  #isUp = false;
  #ended = false;
  /** What the broker gave as its reason before it closed. */
  #farewell: Trouble | null = null;

  constructor(options: IClientOptions, peer: Peer, protocol: Protocol, events: SessionEvents) {
    this.#peer = peer;
    this.#protocol = protocol;
    this.#events = events;
    try {
      this.#client = mqtt.connect(options);
    } catch (thrown) {
      // PEM files that are none are found while the socket is made. Told later, as every other end.
      setImmediate(() => this.#finish(connectTrouble(peer, thrown), "other"));
      return;
    }
    const client = this.#client;
    sendAtOnce(client);
    client.on("connect", (connack) => this.#open(connack));
    client.on("message", (topic, payload, packet) => events.onMessage(incoming(topic, payload, packet)));
    client.on("disconnect", ({ reasonCode }) => {
      this.#farewell = reasonTrouble(peer, reasonCode ?? 0);
    });
    client.on("error", (thrown) => {
      // What the broker said is nearer to the cause than how the socket ended.
      if (this.#farewell !== null) return this.#finish(this.#farewell, "other");
      if (!this.#isUp && isHangUp(thrown)) return this.#finish(closedTrouble(peer, false), "hung-up");
      const code = reasonCode(thrown);
      // 1 in MQTT 3.1.1, 0x84 in MQTT 5; a server that knows no 5 answers in its own words.
      const isVersion = !this.#isUp && (code === 1 || code === 0x84);
      this.#finish(connectTrouble(peer, thrown), isVersion ? "refused-version" : "other");
    });
    client.on("close", () => {
      const trouble = this.#farewell ?? closedTrouble(peer, this.#isUp);
      this.#finish(trouble, this.#isUp || this.#farewell !== null ? "other" : "hung-up");
    });
  }

  get isUp(): boolean {
    return this.#isUp && !this.#ended;
  }

  /** Bytes that have not left this process. */
  get #unsentBytes(): number {
    return this.#window.waitingBytes + (this.#client?.stream.writableLength ?? 0);
  }

  /**
   * Sends, or lets go what can't be sent now.
   * @param settle called later for messages with QoS 1 that were taken: true when the broker has it or will never take it
   */
  publish(message: OutgoingMessage, settle: Settle = () => {}): Taken {
    const client = this.#client;
    if (client === null || !this.isUp) return "not-now";
    if (this.#maximumPacketSize !== null && packetBytes(message) > this.#maximumPacketSize) {
      this.#events.onRefused({
        code: "mqtt-too-large",
        where: message.topic,
        what: `a message of ${packetBytes(message)} bytes; the broker takes ${this.#maximumPacketSize}`,
        remedy: "raise max_packet_size at the broker",
      });
      return "never";
    }
    const acknowledged = message.qos === 1 && this.#takesQos1;
    if (this.#unsentBytes > (acknowledged ? ACKNOWLEDGED_LIMIT_BYTES : LIVE_LIMIT_BYTES)) return "not-now";
    if (acknowledged) {
      this.#window.push(message, settle);
      this.#window.pump((next, done) => this.#sendAcknowledged(client, next, done));
    } else {
      client.publish(message.topic, asPayload(message.payload), this.#publishOptions(message, 0));
      if (message.qos === 1) settle(true);
    }
    return "taken";
  }

  /** The filters that the broker refused; all of them where it went away. */
  async subscribe(filters: readonly string[]): Promise<Result<void> & { readonly refused: readonly string[] }> {
    const client = this.#client;
    const away = { ...fail(closedTrouble(this.#peer, true)), refused: filters };
    if (client === null || !this.isUp) return away;
    return new Promise((resolve) => {
      // QoS 1, so that no command is lost; frames come as their sender published them.
      client.subscribe([...filters], { qos: 1 }, (error, _grants, packet) => {
        if (error === null) return resolve({ ...ok(undefined), refused: [] });
        const granted = packet?.granted ?? [];
        const refused = filters.filter((_, index) => Number(granted[index] ?? 0) >= 0x80);
        if (refused.length === 0) return resolve(away);
        const trouble = {
          code: "mqtt-subscribe-refused",
          where: refused.join(", "),
          what: "the broker refuses the subscription",
          remedy: "allow the user of this node to read these topics (access list of the broker)",
        };
        resolve({ ...fail(trouble), refused });
      });
    });
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    const client = this.#client;
    if (client === null || !this.isUp) return;
    await new Promise<void>((resolve) => client.unsubscribe([...filters], () => resolve()));
  }

  /** Says goodbye, so that the broker does not send the will; the rest of what waits in the socket goes out before. */
  async leave(patienceMs: number): Promise<void> {
    const client = this.#client;
    if (client === null || this.#ended) return;
    if (this.#isUp) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        client.once("close", () => {
          clearTimeout(timer);
          resolve();
        });
        client.end(false);
      });
    }
    this.#finish(closedTrouble(this.#peer, true), "other");
  }

  #open(connack: IConnackPacket): void {
    if (this.#ended) return;
    const said = connack.properties;
    this.#isUp = true;
    this.#maximumPacketSize = said?.maximumPacketSize ?? null;
    this.#takesQos1 = said?.maximumQoS !== 0;
    this.#takesRetain = said?.retainAvailable !== false;
    this.#window = new SendWindow(said?.receiveMaximum ?? null);
    this.#events.onUp({ protocol: this.#protocol, maximumPacketSize: this.#maximumPacketSize });
  }

  #sendAcknowledged(client: MqttClient, message: OutgoingMessage, done: Settle): void {
    const options = this.#publishOptions(message, 1);
    client.publish(message.topic, asPayload(message.payload), options, (error) => {
      const code = error ? reasonCode(error) : null;
      if (code !== null) {
        // Trying again would change nothing, and would hold up all that waits behind it.
        this.#events.onRefused({
          ...reasonTrouble(this.#peer, code),
          code: "mqtt-publish-refused",
          where: message.topic,
        });
      }
      done(!error || code !== null);
    });
  }

  #publishOptions(message: OutgoingMessage, qos: 0 | 1) {
    const { correlationData, expiryS } = message;
    const options = { qos, retain: message.retain && this.#takesRetain };
    if (this.#protocol !== "5" || (correlationData === undefined && expiryS === undefined)) return options;
    return {
      ...options,
      properties: {
        ...(correlationData === undefined ? {} : { correlationData: asBuffer(correlationData) }),
        ...(expiryS === undefined ? {} : { messageExpiryInterval: expiryS }),
      },
    };
  }

  #finish(trouble: Trouble, attempt: AttemptEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#window.abandon();
    // The library leaves a connection open on which it found garbage. Its listeners stay: a late error must find one.
    this.#client?.end(true);
    // It does so too where a polite end was asked for before and the broker is silent: the process would never end.
    this.#client?.stream?.destroy();
    this.#events.onEnd(trouble, this.#isUp, attempt);
  }
}

/** A server that closes may do it with a reset, when our packet is still on its way. */
function isHangUp(thrown: Error): boolean {
  return "code" in thrown && (thrown.code === "ECONNRESET" || thrown.code === "EPIPE");
}

function asPayload(payload: string | Uint8Array): string | Buffer {
  return typeof payload === "string" ? payload : asBuffer(payload);
}

/**
 * A small packet behind an unacknowledged one waits for the acknowledgement (Nagle), which the other side holds back for up to 40 ms:
 * a result followed by a state delays the next result by that much. Sockets of TCP and TLS can be told not to; a WebSocket is not ours.
 */
function sendAtOnce(client: MqttClient): void {
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
}

/** The payload is passed on as it came: whoever keeps it decides about a copy. */
function incoming(topic: string, payload: Buffer, packet: IPublishPacket): IncomingMessage {
  const { properties } = packet;
  return {
    topic,
    payload,
    retained: packet.retain,
    responseTopic: properties?.responseTopic ?? null,
    correlationData: properties?.correlationData ?? null,
    userProperties: properties?.userProperties === undefined ? NO_PROPERTIES : firstValues(properties.userProperties),
  };
}

function firstValues(properties: Readonly<Record<string, string | string[]>>): Record<string, string> {
  const entries = Object.entries(properties);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "string" ? value : (value[0] ?? "")]),
  );
}
