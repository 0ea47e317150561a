// What the environment says about the configuration: overrides of single keys, and `!env NAME`.

import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Override } from "../yaml/overrides.js";
import type { Environment } from "./machine.js";

const PREFIX = "ISOTHERM_";
/** Two underscores go one level down, since single ones are part of keys: `ISOTHERM_MQTT__BASE_TOPIC`. */
const LEVEL = "__";
/** Variables with the prefix that are read elsewhere. */
const OTHERS: readonly string[] = ["ISOTHERM_TELEMETRY_ROOT", "ISOTHERM_TRACE"];

export interface EnvironmentOverrides {
  readonly overrides: readonly Override[];
  /** Variables that can only be slips: a section's name with one underscore behind it. */
  readonly troubles: readonly Trouble[];
}

/** @param sections the configuration's top-level keys */
export function environmentOverrides(env: Environment, sections: readonly string[]): EnvironmentOverrides {
  const overrides: Override[] = [];
  const troubles: Trouble[] = [];
  // Sorted: the order of an environment means nothing, and messages should not change with it.
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (text === undefined || !name.startsWith(PREFIX) || OTHERS.includes(name)) continue;
    const keys = name.slice(PREFIX.length);
    if (keys.includes(LEVEL)) overrides.push({ name, keys: keys.split(LEVEL), text });
    else troubles.push(...slip(name, keys, sections));
  }
  return { overrides, troubles };
}

/** Other variables with the prefix are left alone: a wrapper's own, or a later version's. */
function slip(name: string, keys: string, sections: readonly string[]): Trouble[] {
  const section = sections.find((key) => keys.startsWith(`${key.toUpperCase()}_`));
  if (section === undefined) return [];
  const meant = `${PREFIX}${section.toUpperCase()}${LEVEL}${keys.slice(section.length + 1)}`;
  return [
    {
      code: "unknown-override",
      where: name,
      what: "one underscore goes no level down, so the variable sets nothing",
      remedy: `did you mean ${meant}? Else unset it`,
    },
  ];
}

/** `!env NAME`. */
export function environmentValue(env: Environment, name: string): Result<string> {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined) return ok(value);
  return fail({
    code: "unknown-variable",
    where: name,
    what: `the environment has no ${name === "" ? "variable without a name" : name}`,
    remedy: `set it where isotherm is started (systemd: Environment=${name === "" ? "NAME" : name}=…), or write the value here`,
  });
}
