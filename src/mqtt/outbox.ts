// Events on their way to the broker: on disk before they count as kept, there until the broker has them. Survives a broker that is away,
// kill -9 and a power cut; an event that was acknowledged in the very moment of a kill may go out once more, with the same id.

import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Log } from "../contract/log.js";
import type { OutgoingMessage } from "../contract/message.js";
import { Journal } from "./journal.js";
import { addLine, doneLine } from "./journal-record.js";

/** Bounds of what waits; past them the oldest goes. Ten thousand events are a week of a busy door. */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 8 * 1024 * 1024;

const CLOSED: Trouble = {
  code: "outbox-closed",
  where: "events.journal",
  what: "an event came after the end",
  remedy: "please report it",
};

interface Entry {
  readonly message: OutgoingMessage;
  readonly bytes: number;
  onDisk: boolean;
}

export class Outbox {
  readonly #journal: Journal;
  readonly #log: Log;
  /** By number, oldest first. */
  readonly #entries = new Map<number, Entry>();
  #bytes = 0;
  #nextSeq: number;
  /** Numbers that the journal still holds as waiting, and that are not. */
  #done: number[] = [];
  /** The write that runs now, and the one behind it that takes all that comes meanwhile. */
  #writing: Promise<Result<void>> | null = null;
  #nextWrite: Promise<Result<void>> | null = null;
  #draining: Promise<void> | null = null;
  #closed = false;
  /** Events that were let go because too many waited. */
  dropped = 0;

  private constructor(journal: Journal, log: Log, waiting: ReadonlyMap<number, OutgoingMessage>, nextSeq: number) {
    this.#journal = journal;
    this.#log = log;
    this.#nextSeq = nextSeq;
    for (const [seq, message] of waiting) this.#keep(seq, message, true);
    this.#trim();
  }

  /** Reads what an earlier run left behind. A folder that can't be used is a trouble at the first `append`, not here. */
  static async open(directory: string, log: Log): Promise<Outbox> {
    const journal = new Journal(directory);
    const content = await journal.read();
    if (content.trouble !== null) log.trouble(content.trouble);
    if (content.torn > 0) log.warn("outbox-torn-lines", { directory, lines: content.torn });
    return new Outbox(journal, log, content.waiting, content.nextSeq);
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#entries.size;
  }

  /** Resolves when the event is on disk; with the trouble where the disk refuses: it is kept in memory then, and written when that ends. */
  async append(message: OutgoingMessage): Promise<Result<void>> {
    this.#keep(this.#nextSeq++, message, false);
    this.#trim();
    const written = await this.#write();
    if (!written.ok) this.#log.trouble(written.trouble, { events_in_memory_only: this.#inMemoryOnly() });
    return written;
  }

  /**
   * Sends all that waits, in order, one at a time, and what comes meanwhile; ends when nothing waits or `send` says false. A second call
   * joins the first.
   */
  drain(send: (message: OutgoingMessage) => Promise<boolean>): Promise<void> {
    this.#draining ??= this.#drainAll(send).finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  /** Writes what is not on disk yet and lets go of the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#write();
    this.#closed = true;
    await this.#journal.close();
  }

  async #drainAll(send: (message: OutgoingMessage) => Promise<boolean>): Promise<void> {
    for (;;) {
      const [head] = this.#entries;
      if (head === undefined || !(await send(head[1].message))) return;
      // It may have been dropped for newer ones while it was on its way.
      this.#forget(head[0]);
      // Not waited for: at worst the event goes out twice with one id, which is what its id is for.
      void this.#write();
    }
  }

  #keep(seq: number, message: OutgoingMessage, onDisk: boolean): void {
    const { topic, payload } = message;
    const bytes =
      Buffer.byteLength(topic) + (typeof payload === "string" ? Buffer.byteLength(payload) : payload.byteLength);
    this.#entries.set(seq, { message, bytes, onDisk });
    this.#bytes += bytes;
  }

  #forget(seq: number): boolean {
    const entry = this.#entries.get(seq);
    if (entry === undefined) return false;
    this.#entries.delete(seq);
    this.#bytes -= entry.bytes;
    if (entry.onDisk) this.#done.push(seq);
    return true;
  }

  #trim(): void {
    for (const seq of this.#entries.keys()) {
      if (this.#entries.size <= MAX_EVENTS && this.#bytes <= MAX_BYTES) return;
      if (this.#forget(seq)) this.dropped += 1;
    }
  }

  /** One write for all that came while the last one ran: ten events at once cost one flush of the disk. */
  #write(): Promise<Result<void>> {
    if (this.#writing === null) {
      this.#writing = this.#writeNow().finally(() => {
        this.#writing = null;
      });
      return this.#writing;
    }
    this.#nextWrite ??= this.#writing.then(() => {
      this.#nextWrite = null;
      return this.#write();
    });
    return this.#nextWrite;
  }

  async #writeNow(): Promise<Result<void>> {
    const fresh = [...this.#entries].filter(([, entry]) => !entry.onDisk);
    const done = [...this.#done];
    if (this.#closed) return fail(CLOSED);
    if (fresh.length === 0 && done.length === 0) return ok(undefined);
    const lines = [...fresh.map(([seq, { message }]) => addLine(seq, message)), ...done.map(doneLine)].join("");
    const live = () => [...this.#entries].map(([seq, { message }]) => [seq, message] as const);
    const written = await this.#journal.append(lines, live, this.#bytes);
    if (!written.ok) return written;
    for (const [, entry] of fresh) entry.onDisk = true;
    // Entries that were forgotten while this write ran were not on disk for `#forget`; now they are.
    for (const [seq] of fresh) if (!this.#entries.has(seq)) this.#done.push(seq);
    this.#done = this.#done.filter((seq) => !done.includes(seq));
    return written;
  }

  #inMemoryOnly(): number {
    return [...this.#entries.values()].filter((entry) => !entry.onDisk).length;
  }
}
