// What `models`, `infer` and `eval` need of a configuration: where packages lie and what the engine may use. None of them needs
// a broker, so they work without a configuration file, too.

import { join } from "node:path";
import type { Checked } from "../../../base/result.js";
import { ok } from "../../../base/result.js";
import { configFromObject, loadConfig } from "../../../config/load.js";
import { engineOptions } from "../../../daemon/engine-options.js";
import type { EngineOptions } from "../../../engine/protocol.js";
import type { PackagePlaces } from "../../../models/find-package.js";
import { INSTALLATION } from "../../../system/paths.js";

export interface ModelSurroundings {
  readonly places: PackagePlaces;
  readonly engine: EngineOptions;
}

/** The broker has to be named in a configuration; nothing here connects to it. */
const NO_FILE = { version: 1, mqtt: { url: "mqtt://localhost:1883" } };

/** @param path `--config`; null: the usual places, and the defaults where there is no file */
export async function modelSurroundings(path: string | null): Promise<Checked<ModelSurroundings>> {
  const loaded = await loadConfig(path, process.env);
  const isMissing = !loaded.ok && path === null && loaded.troubles.every(({ code }) => code === "config-missing");
  const config = loaded.ok ? ok(loaded.value.config) : isMissing ? configFromObject(NO_FILE, process.env) : loaded;
  if (!config.ok) return config;
  return ok({
    places: {
      // A path that is typed starts where it is typed; one in the configuration starts beside that.
      relativeTo: process.cwd(),
      store: join(config.value.node.data_dir, "models"),
      shipped: join(INSTALLATION, "models"),
    },
    engine: engineOptions(config.value),
  });
}
