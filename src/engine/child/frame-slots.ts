// The engine's side of engine/host/frame-slots.ts: reads a payload out of the file that both processes have open.

import { readSync } from "node:fs";
import { FIRST_SLOT_FD, type SharedPayload, SLOT_KEPT_BYTES } from "../protocol.js";

export class SlotReader {
  /** One for each slot, used again: a slot is not filled anew before the frame in it is answered. */
  readonly #buffers: Buffer[] = [];

  /** @returns a view that is good until the frame is answered */
  read({ slot, byteLength }: SharedPayload): Uint8Array {
    let buffer = this.#buffers[slot];
    if (buffer === undefined || buffer.byteLength < byteLength || buffer.byteLength > SLOT_KEPT_BYTES) {
      // Some room to grow: pictures of one camera differ by some percent.
      buffer = Buffer.allocUnsafeSlow(Math.ceil(byteLength * 1.25));
      this.#buffers[slot] = buffer;
    }
    const read = readSync(FIRST_SLOT_FD + slot, buffer, 0, byteLength, 0);
    if (read !== byteLength) throw new Error(`slot ${slot} holds ${read} bytes of ${byteLength}`);
    return buffer.subarray(0, byteLength);
  }
}
