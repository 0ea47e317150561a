// A picture from a file, as a frame's source: what the broker brings to the daemon, the disk brings to `infer` and `eval`.

import { fail, ok, type Result } from "../base/result.js";
import { describeContent, sniffEncoding } from "../base/sniff.js";
import type { FrameEncoding, RawFormat } from "../contract/frame.js";
import { readBounded } from "../models/bounded-read.js";

export interface PictureFile {
  readonly encoding: FrameEncoding;
  /** Raw pixels have no size in a file, so files never hold them. */
  readonly raw: RawFormat | null;
  readonly payload: Uint8Array;
}

/** Four times what an input takes over MQTT by default: a file may be a photo straight from a camera. */
const MAX_BYTES = 64 << 20;

/** Codes: picture-missing, picture-unreadable, picture-too-big, not-a-picture. */
export async function readPicture(path: string): Promise<Result<PictureFile>> {
  const read = await readBounded({
    path,
    title: "the picture",
    code: "picture",
    where: path,
    remedy: "is the path right?",
    maxBytes: MAX_BYTES,
  });
  if (!read.ok) return read;
  const encoding = sniffEncoding(read.value);
  if (encoding !== null) return ok({ encoding, raw: null, payload: read.value });
  return fail({
    code: "not-a-picture",
    where: path,
    what: `the file is ${describeContent(read.value)}`,
    remedy: "pictures are JPEG, PNG or WebP",
  });
}
