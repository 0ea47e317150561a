// An engine like the real one, except that some bytes in a frame kill or hang it when its run begins: stands for a runtime with a
// fault. JPEG readers ignore what follows the end mark, so a poisoned picture is a good picture. An entry for `EngineCommand`.

import { ok } from "../../src/base/result.js";
import { enginePort } from "../../src/engine/child/port.js";
import { type Decoded, loadVariant } from "../../src/engine/child/resident.js";
import { serveEngine } from "../../src/engine/child/serve.js";
import { HANG_MARK, KILL_MARK } from "./poison.js";

serveEngine(enginePort(), async (spec, options) => {
  const loaded = await loadVariant(spec, options);
  if (!loaded.ok) return loaded;
  const real = loaded.value;
  const payloads = new WeakMap<Decoded, Buffer>();
  return ok({
    ...real,
    decode: async (source) => {
      const decoded = await real.decode(source);
      if (decoded.ok) payloads.set(decoded.value, Buffer.from(source.payload));
      return decoded;
    },
    finish: (decoded, settings) => {
      const payload = payloads.get(decoded);
      if (payload?.includes(KILL_MARK)) process.kill(process.pid, "SIGSEGV");
      while (payload?.includes(HANG_MARK));
      return real.finish(decoded, settings);
    },
  });
});
