// A text file, whole, as UTF-8; or why not. Never waits on a pipe, never reads a file that can be no configuration.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { fail, ok, type Result } from "../base/result.js";
import { thrownText } from "../base/trouble.js";

/** A configuration with a thousand pipelines is about 300 KB. */
const MAX_BYTES = 1_048_576;

export function readText(path: string): Result<string> {
  const bytes = readBytes(path);
  if (!bytes.ok) return bytes;
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes.value));
  } catch {
    return fail({
      code: "not-text",
      where: path,
      what: "the file is not UTF-8 text",
      remedy: "save it as UTF-8; is it the right file?",
    });
  }
}

export function readBytes(path: string): Result<Uint8Array> {
  let file: number;
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    const isMissing = codeOf(thrown) === "ENOENT" || codeOf(thrown) === "ENOTDIR";
    return fail({
      code: isMissing ? "file-missing" : "file-unreadable",
      where: path,
      what: isMissing ? "there is no such file" : thrownText(thrown),
      remedy: isMissing ? "write the file, or name another one" : "let the user that isotherm runs as read it",
    });
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) {
      const remedy = "name a file; isotherm reads it again at each reload";
      return fail({ code: "file-unreadable", where: path, what: "it is no regular file", remedy });
    }
    if (found.size > MAX_BYTES) {
      const what = `the file has ${found.size} bytes, more than ${MAX_BYTES}`;
      return fail({ code: "file-too-large", where: path, what, remedy: "is it the right file?" });
    }
    return ok(readFileSync(file));
  } catch (thrown) {
    const remedy = "check the disk and the file's permissions";
    return fail({ code: "file-unreadable", where: path, what: thrownText(thrown), remedy });
  } finally {
    closeSync(file);
  }
}

function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : null;
}
