// Reads a file that a stranger packed: only a plain file (a pipe or a device would block for ever), and only up to a size.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { fail, ok, type Result } from "../base/result.js";
import { thrownText } from "../base/trouble.js";

/** What the file is for, so that the trouble names it as a person would. */
export interface FileToRead {
  readonly path: string;
  /** As it stands in a sentence: "the manifest", "the model". */
  readonly title: string;
  /** Prefix of the trouble's code: `<prefix>-missing`, `-unreadable`, `-too-big`. */
  readonly code: string;
  /** Where it was named, for the trouble. */
  readonly where: string;
  /** What to do when it is not there. */
  readonly remedy: string;
  readonly maxBytes: number;
}

export async function readBounded(file: FileToRead): Promise<Result<Buffer>> {
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer that never comes.
    const handle = await open(file.path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return unreadable(file, "it is not a file");
      if (stat.size > file.maxBytes) {
        return fail({
          code: `${file.code}-too-big`,
          where: file.where,
          what: `${file.title} ${file.path} has ${stat.size} bytes, at most ${file.maxBytes} are read`,
          remedy: "is it the right file?",
        });
      }
      return ok(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && (thrown.code === "ENOENT" || thrown.code === "ENOTDIR")) {
      return fail({
        code: `${file.code}-missing`,
        where: file.where,
        what: `${file.title} ${file.path} is not there`,
        remedy: file.remedy,
      });
    }
    return unreadable(file, thrownText(thrown));
  }
}

function unreadable(file: FileToRead, why: string): Result<Buffer> {
  return fail({
    code: `${file.code}-unreadable`,
    where: file.where,
    what: `${file.title} ${file.path} can't be read: ${why}`,
    remedy: "make it a plain file that the user of the daemon may read",
  });
}
