// One payload from an input, with its header. What an input room makes, the scheduler keeps and the engine answers.

/** How the payload of a frame is coded once envelopes (base64, JSON) are taken off. */
export type FrameEncoding = "jpeg" | "png" | "webp" | "raw";

/** Layout of raw pixels: 8 bits a channel, rows without padding. */
export interface RawFormat {
  readonly format: "rgb" | "bgr" | "rgba" | "gray";
  readonly width: number;
  readonly height: number;
}

export interface Frame {
  /** Name of the input; where its topic has `+`, the name that this very topic gave it. */
  readonly input: string;
  /** Counts the frames of this input from 1. */
  readonly seq: number;
  /** Wall time as ISO 8601 text, for documents only. */
  readonly receivedAt: string;
  /** Monotonic milliseconds, for every computation. */
  readonly receivedAtMs: number;
  /** ISO 8601 text as the sender gave it, or null. */
  readonly capturedAt: string | null;
  readonly encoding: FrameEncoding;
  /** Set exactly where `encoding` is `raw`. */
  readonly raw: RawFormat | null;
  readonly payload: Uint8Array;
}
