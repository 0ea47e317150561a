// A file that is there whole or not at all: a power cut at any moment leaves the old content or the new one.

import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fail, ok, type Result } from "../base/result.js";
import { type Trouble, thrownText } from "../base/trouble.js";

/** What the kernel said, in the words of a person who can mend it. Whatever is not here is `write-failed`. */
const REFUSALS: Readonly<Record<string, { readonly code: string; readonly remedy: string }>> = {
  ENOSPC: { code: "disk-full", remedy: "make room on this disk (df -h shows how full it is)" },
  EDQUOT: { code: "disk-full", remedy: "make room, or raise the quota of the user that runs isotherm" },
  EROFS: {
    code: "read-only",
    remedy: "mount the disk writable; a card that turned read-only by itself is failing (dmesg says so)",
  },
  EACCES: { code: "not-writable", remedy: "give the folder to the user that runs isotherm (chown)" },
  EPERM: { code: "not-writable", remedy: "give the folder to the user that runs isotherm (chown)" },
  ENOENT: { code: "no-directory", remedy: "make the folder first (mkdir -p)" },
  ENOTDIR: { code: "no-directory", remedy: "a file stands where a folder should be: move it away" },
  EISDIR: { code: "not-a-file", remedy: "a folder stands where the file should be: move it away" },
  EIO: { code: "disk-error", remedy: "the disk fails (dmesg says how): save what is on it and replace it" },
};

/**
 * Replaces the file: written beside it, flushed to the disk, renamed over it, and the folder flushed too, since until then the
 * rename itself may be lost. On failure the old file stands as it was and nothing is left beside it.
 * A symbolic link is replaced, not followed.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<Result<void>> {
  // Short, and not made from the file's own name: that may already be as long as a name can be.
  const beside = join(dirname(path), `.isotherm-${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeNew(beside, bytes);
    await rename(beside, path);
    await flushDirectory(dirname(path));
    return ok(undefined);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => {});
    return fail(writeTrouble(path, thrown));
  }
}

/** The trouble that a refused write is; for others in this program who write (a journal, a scratch folder). */
export function writeTrouble(path: string, thrown: unknown): Trouble {
  const refusal = REFUSALS[errnoOf(thrown)];
  return {
    code: refusal?.code ?? "write-failed",
    where: path,
    what: `cannot be written: ${thrownText(thrown)}`,
    remedy: refusal?.remedy ?? "see what the message says, and whether the disk is well (dmesg)",
  };
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  // `wx`: never through a link or a file that somebody placed there.
  await withFile(path, "wx", async (file) => {
    await file.writeFile(bytes);
    await file.sync();
  });
}

async function flushDirectory(path: string): Promise<void> {
  await withFile(path, "r", async (directory) => {
    try {
      await directory.sync();
    } catch (thrown) {
      // Some file systems (FAT, network shares) have no flush for folders; the rename is as safe there as it can be.
      if (!["EINVAL", "ENOTSUP", "EBADF"].includes(errnoOf(thrown))) throw thrown;
    }
  });
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

function errnoOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}
