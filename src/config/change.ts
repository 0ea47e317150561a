// What a changed configuration makes anew, and what it leaves alone. Pure.

import { isDeepStrictEqual } from "node:util";
import type { Config } from "./schema/config.js";

export interface ConfigChange {
  /** The connection has to be made anew: also where the topics begin, and whom the will speaks for. */
  readonly mqtt: boolean;
  /** Discovery has to be published anew. */
  readonly hub: boolean;
  /** Engine options: all variants are loaded anew. */
  readonly engine: boolean;
  readonly inputs: boolean;
  /** Names of the pipelines that were added, removed or changed, sorted. */
  readonly pipelines: readonly string[];
  readonly log: boolean;
  readonly telemetry: boolean;
  readonly node: boolean;
}

export function configChange(before: Config, after: Config): ConfigChange {
  const differs = (key: keyof Config): boolean => !isDeepStrictEqual(before[key], after[key]);
  const names = [...new Set([...Object.keys(before.pipelines), ...Object.keys(after.pipelines)])];
  const pipelines = names.filter((name) => !isDeepStrictEqual(own(before, name), own(after, name))).sort();
  const inputs = differs("inputs");
  return {
    mqtt: differs("mqtt") || before.node.id !== after.node.id,
    hub: differs("home_assistant") || differs("node") || inputs || pipelines.length > 0 || differs("mqtt"),
    engine: differs("engine"),
    inputs,
    pipelines,
    log: differs("log"),
    telemetry: differs("telemetry"),
    node: differs("node"),
  };
}

/** A pipeline may be called `constructor`. */
function own(config: Config, name: string): unknown {
  return Object.hasOwn(config.pipelines, name) ? config.pipelines[name] : undefined;
}
