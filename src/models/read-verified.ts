// The bytes of a variant's ONNX file, checked against the digest that the manifest promises. Reading and checking are one
// act on one copy: nobody can exchange the file in between.

import { createHash } from "node:crypto";
import { fail, ok, type Result } from "../base/result.js";
import type { VariantSpec } from "../contract/variant.js";
import { readBounded } from "./bounded-read.js";

/** ONNX is a protocol buffer, and those end at 2 GiB; what is bigger is no model, or one that keeps its weights beside it. */
const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** Codes: model-file-missing, model-file-unreadable, model-file-too-big, model-digest-mismatch. */
export async function readVerified(spec: VariantSpec): Promise<Result<Uint8Array>> {
  const read = await readBounded({
    path: spec.file,
    title: "the model",
    code: "model-file",
    where: spec.at,
    remedy: "copy the package again, whole",
    maxBytes: MAX_MODEL_BYTES,
  });
  if (!read.ok) return read;
  const found = createHash("sha256").update(read.value).digest("hex");
  if (found === spec.sha256) return ok(read.value);
  return fail({
    code: "model-digest-mismatch",
    where: spec.at,
    what: `${spec.file} has sha256 ${found.slice(0, 8)}…, the manifest promises ${spec.sha256.slice(0, 8)}…`,
    remedy: "copy the package again; if you changed the model yourself, write its new `sha256sum` into model.yaml",
  });
}
