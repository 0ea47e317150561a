// The content of one small file of sysfs or procfs, or null: a sensor that fails is a gap, never an error of the daemon.

import { constants, type FileHandle, open } from "node:fs/promises";

/** A page: sysfs files are never longer, and what we need of procfs stands in the first. */
const MAX_BYTES = 4096;
/** A sensor behind a bus that hangs answers late or never; the others are not kept waiting. */
const DEADLINE_MS = 500;

/** Trimmed text of the file's first page; null where it is missing, empty, refuses (EAGAIN of a gated unit) or does not answer. */
export async function readText(path: string): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, DEADLINE_MS, null);
  });
  try {
    return await Promise.race([readPage(path), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

async function readPage(path: string): Promise<string | null> {
  let file: FileHandle | undefined;
  try {
    // Without blocking: the open of a FIFO that nobody writes would hold one of the four threads that Node reads files with.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, null);
    const text = buffer.toString("utf8", 0, bytesRead).replaceAll("\0", "").trim();
    return text === "" ? null : text;
  } catch {
    return null;
  } finally {
    await file?.close().catch(() => {});
  }
}
