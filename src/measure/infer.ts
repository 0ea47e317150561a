// Answers for files: one result document each, of the same schema as on MQTT. A bad file costs that file.

import type { Result } from "../base/result.js";
import { ok } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Clock } from "../contract/clock.js";
import type { ResultDocument } from "../contract/result.js";
import { PACKAGE_SETTINGS } from "../contract/variant.js";
import type { ResidentVariant } from "../engine/child/resident.js";
import type { Answered } from "../engine/protocol.js";
import { type PictureFile, readPicture } from "./picture-file.js";

/** The name of the pipeline in documents that no pipeline made. */
const PIPELINE = "infer";

export interface InferParts {
  /** Name of this machine, for the documents. */
  readonly node: string;
  readonly clock: Clock;
  /** Ends the work before the next file. */
  readonly signal: AbortSignal;
  onResult(document: ResultDocument): void;
  /** `where` is the file. */
  onTrouble(trouble: Trouble): void;
}

export interface InferCounts {
  readonly answered: number;
  readonly failed: number;
}

/** In the order given; `seq` counts the files, bad ones too, so that a gap shows. */
export async function inferFiles(
  files: readonly string[],
  variant: ResidentVariant,
  parts: InferParts,
): Promise<InferCounts> {
  let answered = 0;
  let failed = 0;
  for (const [i, file] of files.entries()) {
    if (parts.signal.aborted) break;
    const result = await inferFile(file, i + 1, variant, parts);
    if (result.ok) {
      answered += 1;
      parts.onResult(result.value);
    } else {
      failed += 1;
      parts.onTrouble({ ...result.trouble, where: file });
    }
  }
  return { answered, failed };
}

async function inferFile(
  file: string,
  seq: number,
  variant: ResidentVariant,
  parts: InferParts,
): Promise<Result<ResultDocument>> {
  const receivedAt = parts.clock.isoNow();
  const receivedAtMs = parts.clock.monotonicMs();
  const picture = await readPicture(file);
  if (!picture.ok) return picture;
  const takenAtMs = parts.clock.monotonicMs();
  const answered = await variant.answer(picture.value, PACKAGE_SETTINGS);
  if (!answered.ok) return answered;
  const queueMs = takenAtMs - receivedAtMs;
  const totalMs = parts.clock.monotonicMs() - receivedAtMs;
  return ok(
    document({ file, seq, receivedAt, node: parts.node, queueMs, totalMs }, picture.value, answered.value, variant),
  );
}

interface DocumentHead {
  readonly file: string;
  readonly seq: number;
  readonly receivedAt: string;
  readonly node: string;
  /** Reading the file is what waiting for the engine is to a frame. */
  readonly queueMs: number;
  readonly totalMs: number;
}

function document(
  head: DocumentHead,
  picture: PictureFile,
  answered: Answered,
  { spec, report }: ResidentVariant,
): ResultDocument {
  const { timing } = answered;
  return {
    schema: "isotherm.result/1",
    node: head.node,
    input: head.file,
    pipeline: PIPELINE,
    seq: head.seq,
    frame: {
      received_at: head.receivedAt,
      captured_at: null,
      width: answered.width,
      height: answered.height,
      bytes: picture.payload.length,
    },
    model: {
      name: spec.package,
      version: spec.version,
      variant: spec.variant,
      provider: report.provider,
      degraded: report.fallback === null ? null : "provider-fallback",
    },
    timing_ms: {
      queue: rounded(head.queueMs),
      decode: rounded(timing.decode),
      preprocess: rounded(timing.preprocess),
      inference: rounded(timing.inference),
      postprocess: rounded(timing.postprocess),
      total: rounded(head.totalMs),
    },
    ...answered.answer,
  };
}

/** As the daemon rounds: a hundredth of a millisecond is below what any clock here tells apart from noise. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
