// What sharp may take for itself in a process that decodes one camera picture after the other.

import sharp from "sharp";

/** Once per process, before the first picture. */
export function settleSharp(): void {
  // Its cache keeps operations for pictures that come twice; frames never do, and each would be held for nothing.
  sharp.cache(false);
  // One thread a picture: the next frame's decode shares the board with this frame's run.
  sharp.concurrency(1);
}
