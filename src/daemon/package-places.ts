// Where packages are looked for: beside the configuration, in the store of the data directory, and among those that ship.

import { dirname, join } from "node:path";
import type { LoadedConfig } from "../config/load.js";
import type { PackagePlaces } from "../models/find-package.js";
import { INSTALLATION } from "../system/paths.js";

export function packagePlaces(loaded: LoadedConfig): PackagePlaces {
  return {
    relativeTo: dirname(loaded.path),
    store: join(loaded.config.node.data_dir, "models"),
    shipped: join(INSTALLATION, "models"),
  };
}
