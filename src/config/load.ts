// The configuration of this machine: file, secrets, environment and machine together. All that is wrong comes at once.

import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Checked, ok } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import { checkValue } from "../yaml/check-value.js";
import { parseYaml } from "../yaml/parse-yaml.js";
import type { YamlPath } from "../yaml/path.js";
import { environmentOverrides, environmentValue } from "./environment.js";
import { completeConfig, type Environment, machineFacts } from "./machine.js";
import { readText } from "./read-text.js";
import { type Config, ConfigSchema } from "./schema/config.js";
import { openSecrets } from "./secrets.js";

/** Where a configuration is looked for when none is named, in order. */
export const DEFAULT_PATHS: readonly string[] = ["/etc/isotherm/config.yaml", "config/isotherm.yaml"];

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute. */
  readonly path: string;
  /** Digest of the text as written, secrets not resolved. */
  readonly sha256: string;
  /** Values that must never be logged. */
  readonly secrets: readonly string[];
  /** `file:line:col` of a key's value, or the variable that set it. */
  at(path: YamlPath): string;
}

/** @param path as `--config` names it; null looks in the usual places */
export async function loadConfig(path: string | null, env: Environment): Promise<Checked<LoadedConfig>> {
  const file = path ?? DEFAULT_PATHS.find((candidate) => existsSync(candidate)) ?? null;
  if (file === null) return { ok: false, troubles: [noFile()] };
  const text = readText(file);
  if (!text.ok) return { ok: false, troubles: [text.trouble] };

  const absolute = resolve(file);
  const directory = dirname(absolute);
  const secrets = openSecrets(directory, env.CREDENTIALS_DIRECTORY ?? null);
  if (!secrets.ok) return secrets;
  const fromEnvironment = environmentOverrides(env, Object.keys(ConfigSchema.shape));
  const parsed = parseYaml(text.value, file, ConfigSchema, {
    tags: { secret: (name) => secrets.value.resolve(name), env: (name) => environmentValue(env, name) },
    overrides: fromEnvironment.overrides,
  });
  const troubles = [...(parsed.ok ? [] : parsed.troubles), ...fromEnvironment.troubles];
  if (!parsed.ok || troubles.length > 0) return { ok: false, troubles };

  const config = completeConfig(parsed.value.value, machineFacts(env), directory);
  const at = (key: YamlPath) => parsed.value.at(key);
  const unreadable = await unreadableFiles(config, at);
  if (unreadable.length > 0) return { ok: false, troubles: unreadable };
  const hidden = [...secrets.value.used, config.mqtt.password ?? ""].filter((value) => value !== "");
  return ok({
    config,
    path: absolute,
    sha256: createHash("sha256").update(text.value).digest("hex"),
    secrets: [...new Set(hidden)],
    at,
  });
}

/** For programs that make their configuration (the demo, tests): the same schema, no file, no overrides. */
export function configFromObject(value: unknown, env: Environment): Checked<Config> {
  const checked = checkValue(value, ConfigSchema);
  return checked.ok ? ok(completeConfig(checked.value, machineFacts(env), resolve("."))) : checked;
}

/** TLS files are tried here and not at the first connection: there they would look like a lost broker. */
async function unreadableFiles(config: Config, at: (path: YamlPath) => string): Promise<Trouble[]> {
  const troubles: Trouble[] = [];
  for (const key of ["ca", "cert", "key"] as const) {
    const file = config.mqtt[key];
    if (file === undefined) continue;
    try {
      await access(file, constants.R_OK);
    } catch {
      troubles.push({
        code: "file-unreadable",
        where: at(["mqtt", key]),
        what: `mqtt.${key}: ${file} cannot be read`,
        remedy: "name a file that is there and that the user isotherm runs as may read",
      });
    }
  }
  return troubles;
}

function noFile(): Trouble {
  return {
    code: "config-missing",
    where: DEFAULT_PATHS.join(", "),
    what: "there is no configuration",
    remedy: "write one (config/isotherm.yaml of the installation holds every key), or name it with --config",
  };
}
