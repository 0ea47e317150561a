// `!secret NAME`: from secrets.yaml beside the configuration, else from the service manager's credentials. Everything that
// was given out is remembered, so that the log can leave it out.

import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { nearestName } from "../base/nearest.js";
import { type Checked, fail, ok, type Result } from "../base/result.js";
import { parseYaml } from "../yaml/parse-yaml.js";
import { readText } from "./read-text.js";

/** What a person may write as a secret without quotes; it is used as text. */
const SecretsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** systemd.exec(5): a credential is at most 1 MiB; a password or token is far below this. */
const MAX_CREDENTIAL_BYTES = 65_536;
/** systemd allows more, but nothing that leaves the directory may pass. */
const CREDENTIAL_NAME = /^(?!\.)[A-Za-z0-9._-]{1,255}$/;

export interface Secrets {
  /** What the name stands for. */
  resolve(name: string): Result<string>;
  /** All that was given out so far. */
  readonly used: ReadonlySet<string>;
}

/**
 * Reads secrets.yaml once, if it is there.
 * @param directory the configuration's folder
 * @param credentials systemd's CREDENTIALS_DIRECTORY, or null
 * @returns a failure only where secrets.yaml is there and wrong
 */
export function openSecrets(directory: string, credentials: string | null): Checked<Secrets> {
  const file = join(directory, "secrets.yaml");
  const known = readSecretsFile(file);
  if (!known.ok) return known;
  const used = new Set<string>();
  const resolve = (name: string): Result<string> => {
    const found = known.value.get(name) ?? (credentials === null ? null : readCredential(credentials, name));
    if (found !== null && found !== undefined) {
      used.add(found);
      return ok(found);
    }
    const near = nearestName(name, [...known.value.keys()]);
    return fail({
      code: "unknown-secret",
      where: name,
      what: `there is no secret "${name}" in ${basename(file)}${credentials === null ? "" : " nor among the credentials"}`,
      remedy: near === null ? `add the line "${name}: …" to ${file}` : `did you mean ${near}?`,
    });
  };
  return ok({ resolve, used });
}

function readSecretsFile(file: string): Checked<ReadonlyMap<string, string>> {
  const text = readText(file);
  // No such file is no trouble: most configurations hold no secret.
  if (!text.ok) return text.trouble.code === "file-missing" ? ok(new Map()) : { ok: false, troubles: [text.trouble] };
  const parsed = parseYaml(text.value, file, SecretsSchema);
  if (!parsed.ok) return parsed;
  return ok(new Map(Object.entries(parsed.value.value).map(([name, value]) => [name, String(value)])));
}

/** Null where there is none. Credentials lie in memory (ramfs), so that reading them waits for no disk. */
function readCredential(directory: string, name: string): string | null {
  if (!CREDENTIAL_NAME.test(name)) return null;
  const path = join(directory, name);
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > MAX_CREDENTIAL_BYTES) return null;
    // `echo secret >file` leaves a line end that is no part of it.
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch {
    // Not there, or not for us: both mean that the name is unknown here, which the caller says.
    return null;
  }
}
