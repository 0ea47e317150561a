// From the configuration to what the inputs room needs. Pure.

import type { Config } from "../config/schema/config.js";
import type { InputSettings } from "../inputs/inputs.js";

export function inputSettings(config: Config): InputSettings[] {
  return Object.entries(config.inputs).map(([key, input]) => ({
    key,
    topic: input.mqtt.topic,
    encoding: input.encoding,
    raw: input.raw ?? null,
    staleAfterMs: input.stale_after,
    maxBytes: input.max_bytes,
  }));
}

/** A `+` in the topic makes many inputs of one key. */
export function isPattern(topic: string): boolean {
  return topic.split("/").includes("+");
}
