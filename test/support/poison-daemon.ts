// `isotherm run` with the poisoned engine: which engine a daemon starts is no setting that a user has.

import { fileURLToPath } from "node:url";
import { loadConfig } from "../../src/config/load.js";
import { runDaemon } from "../../src/daemon/run-daemon.js";

const path = process.argv[process.argv.indexOf("--config") + 1] ?? null;
const daemon = await runDaemon({
  load: () => loadConfig(path, process.env),
  env: process.env,
  engine: {
    entry: fileURLToPath(new URL("./poison-engine.js", import.meta.url)),
    execArgv: [],
    env: process.env,
  },
});
if (!daemon.ok) throw new Error(JSON.stringify(daemon.troubles));
process.on("SIGTERM", () => void daemon.value.stop("SIGTERM"));
await daemon.value.stopped;
