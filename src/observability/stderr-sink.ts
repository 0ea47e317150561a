// stderr as a sink that neither blocks nor fails: a journal that hangs must not stop the daemon. Not pino's own destination:
// that one tries for ever to write its last lines when the reader is gone (seen with sonic-boom 4: a pipe into `true`).

import { write as writeFd } from "node:fs";
import type { LogSink } from "./logger.js";

const STDERR = 2;
/** Bytes that may wait for a slow reader; a line that does not fit any more is dropped and counted. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** A pipe that is full for now is tried again after this long. */
const RETRY_MS = 50;

export function stderrSink(): LogSink {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let isWriting = false;

  const push = (line: string): void => {
    const bytes = Buffer.from(line);
    if (waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      dropped += 1;
      return;
    }
    waiting.push(bytes);
    waitingBytes += bytes.length;
  };

  const pump = (): void => {
    if (isWriting || waiting.length === 0) return;
    isWriting = true;
    const chunk = Buffer.concat(waiting);
    waiting.length = 0;
    writeFd(STDERR, chunk, (thrown, written) => {
      isWriting = false;
      // A full pipe is tried again; of any other error (the reader is gone) there is no place left to say so.
      const done = thrown === null ? written : thrown.code === "EAGAIN" ? 0 : chunk.length;
      const left = chunk.subarray(done);
      if (left.length > 0) waiting.unshift(left);
      waitingBytes -= done;
      if (thrown?.code === "EAGAIN") setTimeout(pump, RETRY_MS).unref();
      else pump();
    });
  };

  return {
    write(line) {
      if (dropped > 0 && waitingBytes < MAX_WAITING_BYTES / 2) {
        push(`{"level":"warn","event":"log-lines-dropped","lines":${dropped}}\n`);
        dropped = 0;
      }
      push(line);
      pump();
    },
  };
}
