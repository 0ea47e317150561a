// The outbox's file: lines appended and flushed to the disk, several at a time, and written anew when most of it is past. A disk that
// refuses is asked again with the next lines; nothing half-written stays behind the last whole line.

import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail, ok, type Result } from "../base/result.js";
import { type Trouble, thrownText } from "../base/trouble.js";
import type { OutgoingMessage } from "../contract/message.js";
import { writeFileAtomic, writeTrouble } from "../system/atomic-file.js";
import { addLine, readLine } from "./journal-record.js";

/** A journal that holds more than this beside what waits is written anew: small enough to read at once, large enough to do it seldom. */
const SLACK_BYTES = 1024 * 1024;

/** What a journal held when it was opened. */
export interface JournalContent {
  /** Events that wait, by number, in order. */
  readonly waiting: ReadonlyMap<number, OutgoingMessage>;
  /** Higher than every number in it. */
  readonly nextSeq: number;
  /** Lines that were not whole. One at the end is what a power cut leaves. */
  readonly torn: number;
  /** There is one and it can't be read; null: all is well. */
  readonly trouble: Trouble | null;
}

export class Journal {
  readonly #directory: string;
  readonly #path: string;
  #file: FileHandle | null = null;
  /** Length of the file up to its last whole line. */
  #bytes = 0;
  /** Whether something may stand behind `#bytes`. */
  #dirty = false;
  /** Written anew when longer than this: a disk without room for that is not asked at every line. */
  #rewriteAboveBytes = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, "events.journal");
  }

  /** Reads what is there; the first `append` opens it for writing. */
  async read(): Promise<JournalContent> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (thrown) {
      const isMissing = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
      return { waiting: new Map(), nextSeq: 1, torn: 0, trouble: isMissing ? null : this.#unreadable(thrown) };
    }
    const waiting = new Map<number, OutgoingMessage>();
    let nextSeq = 1;
    let torn = 0;
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const record = readLine(line);
      if (record === null) {
        torn += 1;
        continue;
      }
      nextSeq = Math.max(nextSeq, record.seq + 1);
      if (record.type === "add") waiting.set(record.seq, record.message);
      else waiting.delete(record.seq);
    }
    return { waiting, nextSeq, torn, trouble: null };
  }

  /**
   * Appends whole lines and flushes them to the disk.
   * @param live all that waits, with these lines: the file is written anew from it when it is new, or mostly past
   * @param liveBytes about how long that would be
   */
  async append(
    lines: string,
    live: () => readonly (readonly [seq: number, message: OutgoingMessage])[],
    liveBytes: number,
  ): Promise<Result<void>> {
    const isNew = this.#file === null;
    if (isNew || this.#bytes > Math.max(this.#rewriteAboveBytes, 2 * liveBytes + SLACK_BYTES)) {
      // Made now, before anything is awaited: what comes meanwhile is in the next lines.
      const whole = Buffer.from(
        live()
          .map(([seq, message]) => addLine(seq, message))
          .join(""),
      );
      const rewritten = await this.#rewrite(whole);
      if (rewritten.ok || isNew) return rewritten;
      this.#rewriteAboveBytes = this.#bytes + SLACK_BYTES;
    }
    try {
      await this.#appendBytes(Buffer.from(lines));
      return ok(undefined);
    } catch (thrown) {
      return fail(writeTrouble(this.#path, thrown));
    }
  }

  async #appendBytes(bytes: Buffer): Promise<void> {
    this.#file ??= await open(this.#path, "a");
    if (this.#dirty) await this.#file.truncate(this.#bytes);
    this.#dirty = true;
    for (let written = 0; written < bytes.length; ) {
      written += (await this.#file.write(bytes, written, bytes.length - written)).bytesWritten;
    }
    await this.#file.datasync();
    this.#bytes += bytes.length;
    this.#dirty = false;
  }

  /** Aside, then renamed over the old one, so that a power cut leaves one of the two. */
  async #rewrite(whole: Buffer): Promise<Result<void>> {
    try {
      await mkdir(this.#directory, { recursive: true });
      const written = await writeFileAtomic(this.#path, whole);
      if (!written.ok) return written;
      await this.close();
      this.#file = await open(this.#path, "a");
      this.#bytes = whole.length;
      this.#dirty = false;
      return ok(undefined);
    } catch (thrown) {
      return fail(writeTrouble(this.#path, thrown));
    }
  }

  #unreadable(thrown: unknown): Trouble {
    return {
      code: "outbox-unreadable",
      where: this.#path,
      what: `events that waited there are lost: ${thrownText(thrown)}`,
      remedy: "let the user that runs isotherm read its own data directory",
    };
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => {});
  }
}
