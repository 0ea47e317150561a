// Frames that killed or hung an engine, kept for a person to look at: a bounded folder below the data directory.

import { createHash } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../base/result.js";
import type { Frame } from "../contract/frame.js";
import { writeFileAtomic } from "../system/atomic-file.js";

/** Enough to find a pattern; at 5 MB a picture no board's disk minds. */
const MAX_FRAMES = 20;

/** Writes the payload and a line about it; the oldest go. @returns the path of the picture */
export async function setAside(
  dataDirectory: string,
  frame: Frame,
  about: { readonly pipeline: string; readonly end: string; readonly detail: string },
): Promise<Result<string>> {
  const directory = join(dataDirectory, "set-aside");
  await mkdir(directory, { recursive: true }).catch(() => {});
  const digest = createHash("sha256").update(frame.payload).digest("hex");
  const stem = `${frame.receivedAt.replace(/[:.]/g, "-")}-${frame.input}-${digest.slice(0, 8)}`;
  const path = join(directory, `${stem}.${frame.encoding}`);
  const written = await writeFileAtomic(path, frame.payload);
  if (!written.ok) return written;
  const { input, seq, receivedAt, encoding, raw } = frame;
  const note = { input, seq, received_at: receivedAt, encoding, raw, sha256: digest, ...about };
  const noted = await writeFileAtomic(join(directory, `${stem}.json`), Buffer.from(`${JSON.stringify(note)}\n`));
  if (!noted.ok) return noted;
  await trim(directory);
  return ok(path);
}

/** Names begin with the time, so their order is their age. A folder that can't be read now is trimmed the next time. */
async function trim(directory: string): Promise<void> {
  try {
    const files = await readdir(directory);
    const stems = [...new Set(files.map(stemOf))].sort();
    const old = new Set(stems.slice(0, Math.max(0, stems.length - MAX_FRAMES)));
    for (const file of files) if (old.has(stemOf(file))) await rm(join(directory, file), { force: true });
  } catch {
    return;
  }
}

/** A picture and its note share it; a picture whose note did not fit on the disk counts too. */
function stemOf(file: string): string {
  return file.slice(0, file.lastIndexOf("."));
}
