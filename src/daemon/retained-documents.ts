// The documents that should stand at the broker, whatever becomes of the connection: keeps each, brings it there, tries again
// what did not go out, and forgets one that was taken away once the broker has heard of it. Knows no order but that of its kinds.

import type { OutgoingMessage } from "../contract/message.js";
import { withdrawn } from "../topics/form.js";

/** What a hub reads first, and what it reads then. */
export type Kind = "discovery" | "state";

/** The way to the broker. */
export interface Way {
  /** False where it could not be taken now. */
  publish(message: OutgoingMessage): boolean;
  /** True when the broker has it, or will never take it; false when it did not get there. */
  publishAcknowledged(message: OutgoingMessage): Promise<boolean>;
}

interface Document {
  readonly kind: Kind;
  /** An empty payload: to be taken away. */
  readonly message: OutgoingMessage;
}

export class RetainedDocuments {
  readonly #way: Way;
  readonly #onStands: (kind: Kind) => void;
  /** By topic. */
  readonly #documents = new Map<string, Document>();
  /** Kinds whose turn has come in this session: a change of these goes out at once, of others when it is their turn. */
  readonly #open = new Set<Kind>();
  /** Topics whose newest document the connection could not take yet. */
  readonly #unsent = new Set<string>();
  /** Topics whose document the broker will never take; another one may do. */
  readonly #refused = new Set<string>();

  /** @param onStands an acknowledged document of the kind has reached the broker */
  constructor(way: Way, onStands: (kind: Kind) => void) {
    this.#way = way;
    this.#onStands = onStands;
  }

  /** One that stands there already costs nothing. */
  set(kind: Kind, message: OutgoingMessage): void {
    const { topic } = message;
    if (samePayload(this.#documents.get(topic)?.message.payload, message.payload)) return;
    const document = { kind, message };
    this.#documents.set(topic, document);
    this.#refused.delete(topic);
    this.#bring(document);
  }

  /** Takes it away, now or when there is a broker again. */
  remove(kind: Kind, topic: string): void {
    this.set(kind, withdrawn(topic));
  }

  /** Those that should stand there. */
  topics(kind: Kind): readonly string[] {
    const own = [...this.#documents.values()].filter((document) => document.kind === kind && !isEmpty(document));
    return own.map(({ message }) => message.topic);
  }

  /** Their turn: all of the kind go out, and from now on each that changes. */
  publishAll(kind: Kind): void {
    this.#open.add(kind);
    for (const document of [...this.#documents.values()]) if (document.kind === kind) this.#bring(document);
  }

  /** Tries again what did not go out. */
  retry(): void {
    for (const topic of [...this.#unsent]) {
      const document = this.#documents.get(topic);
      if (document !== undefined) this.#bring(document);
    }
  }

  /** The session went: at the next one all go out, in their turn. */
  pause(): void {
    this.#open.clear();
    this.#unsent.clear();
    this.#refused.clear();
  }

  /** The broker will not take what should stand there: no use in trying it again. @returns its kind; null: no document of ours */
  refuse(topic: string): Kind | null {
    const document = this.#documents.get(topic);
    if (document === undefined) return null;
    this.#refused.add(topic);
    this.#unsent.delete(topic);
    return document.kind;
  }

  #bring(document: Document): void {
    const { kind, message } = document;
    if (!this.#open.has(kind) || this.#refused.has(message.topic)) return;
    this.#unsent.delete(message.topic);
    if (message.qos === 1) void this.#bringAcknowledged(document);
    else if (!this.#way.publish(message)) this.#later(message.topic);
  }

  async #bringAcknowledged(document: Document): Promise<void> {
    const { kind, message } = document;
    const done = await this.#way.publishAcknowledged(message);
    if (!done) return this.#later(message.topic);
    if (!this.#refused.has(message.topic)) this.#onStands(kind);
    const now = this.#documents.get(message.topic);
    if (!isEmpty(document) || now === undefined) return;
    if (now === document) this.#documents.delete(message.topic);
    // A document without acknowledgement may have overtaken the empty one, which then took it away.
    else this.#bring(now);
  }

  #later(topic: string): void {
    if (!this.#refused.has(topic)) this.#unsent.add(topic);
  }
}

function isEmpty({ message }: Document): boolean {
  return message.payload.length === 0;
}

function samePayload(a: string | Uint8Array | undefined, b: string | Uint8Array): boolean {
  if (typeof a === "string" || typeof b === "string" || a === undefined) return a === b;
  return Buffer.compare(a, b) === 0;
}
