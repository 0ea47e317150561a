// An engine like the real one, except that some bytes in a frame kill or hang it: stands for a decoder or a runtime with a
// fault. JPEG readers ignore what follows the end mark, so a poisoned picture is a good picture.

import type { ToEngine } from "../../src/engine/protocol.js";
import { HANG_MARK, KILL_MARK } from "./poison.js";

// Registered before the engine's own listener, so it hears each message first.
process.on("message", (message: ToEngine) => {
  if (message.type !== "frame") return;
  const payload = Buffer.from(message.payload);
  if (payload.includes(KILL_MARK)) process.abort();
  while (payload.includes(HANG_MARK));
});

await import("../../src/engine/child/main.js");
