// What may go out now and what waits: messages with QoS 1 wait for the broker's acknowledgements (MQTT 5, 4.9 "flow control"), and no
// more bytes wait altogether than a limit. Holds messages and counts; sends nothing.

import type { OutgoingMessage } from "../contract/message.js";

/**
 * Bytes that may wait in the socket and here before live messages are let go: a second or two of results and pictures. More would only
 * make what arrives old, and grow for as long as a broker reads slowly.
 */
export const LIVE_LIMIT_BYTES = 8 * 1024 * 1024;
/** Acknowledged ones (states, discovery, events) get as much again: they are few, and what a hub shows depends on them. */
export const ACKNOWLEDGED_LIMIT_BYTES = 2 * LIVE_LIMIT_BYTES;
/** At most so many unacknowledged, whatever the broker allows: the library keeps a copy of each. mosquitto's own default is 20. */
const MOST_IN_FLIGHT = 32;

/** Tells the sender what became of its message: true when the broker has it, or will never take it. */
export type Settle = (settled: boolean) => void;

interface Entry {
  readonly message: OutgoingMessage;
  readonly bytes: number;
  readonly settle: Settle;
}

export class SendWindow {
  readonly #limit: number;
  readonly #waiting: Entry[] = [];
  readonly #inFlight = new Set<Entry>();
  /** Bytes of messages that wait here. */
  waitingBytes = 0;

  /** @param receiveMaximum of the broker; null: it said none */
  constructor(receiveMaximum: number | null) {
    this.#limit = Math.min(MOST_IN_FLIGHT, receiveMaximum ?? MOST_IN_FLIGHT);
  }

  push(message: OutgoingMessage, settle: Settle): void {
    const bytes = packetBytes(message);
    this.#waiting.push({ message, bytes, settle });
    this.waitingBytes += bytes;
  }

  /** Sends as much as may go; each settles when `send` calls back. */
  pump(send: (message: OutgoingMessage, done: Settle) => void): void {
    while (this.#inFlight.size < this.#limit) {
      const entry = this.#waiting.shift();
      if (entry === undefined) return;
      this.waitingBytes -= entry.bytes;
      this.#inFlight.add(entry);
      send(entry.message, (settled) => {
        if (!this.#inFlight.delete(entry)) return;
        entry.settle(settled);
        this.pump(send);
      });
    }
  }

  /** The connection went: nobody will answer. */
  abandon(): void {
    const left = [...this.#inFlight, ...this.#waiting.splice(0)];
    this.#inFlight.clear();
    this.waitingBytes = 0;
    for (const entry of left) entry.settle(false);
  }
}

/** Upper bound of the packet's size on the wire: fixed header, lengths, id and the properties that we send (MQTT 5, 3.3). */
export function packetBytes(message: OutgoingMessage): number {
  const payload = typeof message.payload === "string" ? Buffer.byteLength(message.payload) : message.payload.byteLength;
  const correlation = message.correlationData === undefined ? 0 : 3 + message.correlationData.byteLength;
  const expiry = message.expiryS === undefined ? 0 : 5;
  return 5 + 2 + Buffer.byteLength(message.topic) + 2 + 4 + correlation + expiry + payload;
}
