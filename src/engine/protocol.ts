// Every message between the main process and the engine child. Both ends are of one build; `hello` carries the version so
// that a half-updated installation is refused instead of misunderstood.
//
//   main                                   engine
//    |  <------------- hello ----------------  |   at start
//    |  -------------- load ---------------->  |   once: the resident set
//    |  <------ loaded / load-failed --------  |   one per variant, in order
//    |  <------------- ready ----------------  |
//    |  -------------- frame --------------->  |   at most `WINDOW` unanswered: one runs, the next decodes
//    |  <------ answered / refused ----------  |   exactly one per frame, in order
//    |  ------------- annotate ------------->  |   boxes on a picture
//    |  <------ annotated / refused ---------  |
//    |  --------------- end ---------------->  |   finishes what it has, then leaves with 0

import type { Trouble } from "../base/trouble.js";
import type { FrameEncoding, RawFormat } from "../contract/frame.js";
import type { KernelFacts } from "../contract/kernel-facts.js";
import type { Provider } from "../contract/manifest.js";
import type { Answer, Detection } from "../contract/result.js";
import type { AnswerSettings, LoadReport, VariantKey, VariantSpec } from "../contract/variant.js";

export const PROTOCOL_VERSION = 1;

/** Frames that the engine may hold: one in the run, one in the decoder. A third would only grow stale. */
export const WINDOW = 2;

/** Limits and choices for the whole engine, fixed for its life. */
export interface EngineOptions {
  /** Threads that one run may use. */
  readonly threads: number;
  /** Providers to use; a variant's own list is cut to these. `auto`: those that the runtime has, and no complaint about others. */
  readonly providers: readonly Provider[] | "auto";
  /** Variants are loaded, best first for each pipeline, while the engine's resident memory stays below this. */
  readonly memoryBudgetBytes: number;
  /** Pictures with more pixels are refused before they are decoded. */
  readonly maxPixels: number;
  /** Where the runtime may write its profile during the load; removed afterwards. */
  readonly scratchDirectory: string;
}

export interface FrameToAnswer {
  readonly type: "frame";
  readonly id: number;
  readonly key: VariantKey;
  readonly settings: AnswerSettings;
  readonly encoding: FrameEncoding;
  readonly raw: RawFormat | null;
  readonly payload: Uint8Array;
}

export interface PictureToAnnotate {
  readonly type: "annotate";
  readonly id: number;
  readonly encoding: FrameEncoding;
  readonly raw: RawFormat | null;
  readonly payload: Uint8Array;
  readonly detections: readonly Detection[];
}

/** Where a large payload lies instead of in the message: in a file without a name that both processes have open. */
export interface SharedPayload {
  readonly slot: number;
  readonly byteLength: number;
}

/** The engine's descriptor of slot 0; the others follow. Before it are the standard streams and the channel. */
export const FIRST_SLOT_FD = 4;

/** A slot that held more gives its memory back, on both sides: one huge picture must not cost it for ever. */
export const SLOT_KEPT_BYTES = 8 * 1024 * 1024;

/** A message as it crosses; the engine's port makes a `ToEngine` of it. */
export type Carried =
  | Exclude<ToEngine, FrameToAnswer>
  | (Omit<FrameToAnswer, "payload"> & { readonly payload: Uint8Array | SharedPayload });

export type ToEngine =
  | { readonly type: "load"; readonly options: EngineOptions; readonly variants: readonly VariantSpec[] }
  | FrameToAnswer
  | PictureToAnnotate
  | { readonly type: "end" };

/** Milliseconds that the engine itself spent; queue and total are the main process's to know. */
export interface EngineTiming {
  readonly decode: number;
  readonly preprocess: number;
  readonly inference: number;
  readonly postprocess: number;
}

/** An answer with what the picture and the work showed. */
export interface Answered {
  readonly answer: Answer;
  /** Size of the picture as displayed. */
  readonly width: number;
  readonly height: number;
  readonly timing: EngineTiming;
}

/** What the engine is made of. */
export interface EngineRuntime {
  readonly name: string;
  readonly version: string;
  readonly providersBuiltIn: readonly string[];
  readonly kernels: KernelFacts;
}

export type FromEngine =
  | {
      readonly type: "hello";
      readonly protocol: number;
      readonly pid: number;
      readonly runtime: EngineRuntime;
    }
  | { readonly type: "loaded"; readonly report: LoadReport }
  | { readonly type: "load-failed"; readonly key: VariantKey; readonly trouble: Trouble }
  | { readonly type: "ready"; readonly residentBytes: number }
  | ({ readonly type: "answered"; readonly id: number } & Answered)
  | { readonly type: "refused"; readonly id: number; readonly trouble: Trouble }
  | { readonly type: "annotated"; readonly id: number; readonly jpeg: Uint8Array };

/** Codes of a refusal that are the picture's own fault; with every other one, the model or the engine failed on a good picture. */
const FRAME_TROUBLES: ReadonlySet<string> = new Set([
  "bad-picture",
  "not-a-picture",
  "too-many-pixels",
  "wrong-raw-size",
]);

export function isFrameTrouble(trouble: Trouble): boolean {
  return FRAME_TROUBLES.has(trouble.code);
}
