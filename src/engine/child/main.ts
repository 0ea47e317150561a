// The engine process: what engine/host/engine.ts forks. Everything is in the files beside it; this one only joins them.

import { enginePort, refuseToRun, withoutChannel } from "./port.js";
import { loadVariant } from "./resident.js";
import { serveEngine } from "./serve.js";

const trouble = withoutChannel();
if (trouble === null) serveEngine(enginePort(), loadVariant);
else refuseToRun(trouble);
