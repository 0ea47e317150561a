// The result document of one answered frame. Pure.

import type { Answer, Degraded, ResultDocument } from "../contract/result.js";
import type { LoadReport, VariantSpec } from "../contract/variant.js";
import type { Work } from "../engine/host/supervisor.js";
import type { Answered } from "../engine/protocol.js";

/** What is known around an answer. */
export interface AnswerFacts {
  readonly node: string;
  readonly spec: VariantSpec;
  /** Null where the engine that answered is gone already. */
  readonly report: LoadReport | null;
  readonly degraded: Degraded | null;
  /** Monotonic ms: when the engine took the frame, and when its answer came. */
  readonly tookAtMs: number;
  readonly answeredAtMs: number;
}

export function resultDocument(work: Work, answered: Answered, facts: AnswerFacts): ResultDocument {
  const { frame } = work;
  const { timing } = answered;
  const head = {
    schema: "isotherm.result/1" as const,
    node: facts.node,
    input: frame.input,
    pipeline: work.pipeline,
    seq: frame.seq,
    frame: {
      received_at: frame.receivedAt,
      captured_at: frame.capturedAt,
      width: answered.width,
      height: answered.height,
      bytes: frame.payload.byteLength,
    },
    model: {
      name: facts.spec.package,
      version: facts.spec.version,
      variant: facts.spec.variant,
      provider: facts.report?.provider ?? "cpu",
      degraded: facts.degraded,
    },
    timing_ms: {
      queue: roundedMs(facts.tookAtMs - frame.receivedAtMs),
      decode: roundedMs(timing.decode),
      preprocess: roundedMs(timing.preprocess),
      inference: roundedMs(timing.inference),
      postprocess: roundedMs(timing.postprocess),
      total: roundedMs(facts.answeredAtMs - frame.receivedAtMs),
    },
  };
  return withAnswer(head, answered.answer);
}

/** Head first, then the answer: the order in which people read it. */
export function withAnswer(head: Omit<ResultDocument, keyof Answer>, answer: Answer): ResultDocument {
  return { ...head, ...answer } as ResultDocument;
}

/** A hundredth of a millisecond is below what any clock here tells apart from noise. */
function roundedMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}
