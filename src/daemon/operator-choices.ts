// What the operator set over MQTT (pins, switches, thresholds), kept over restarts: people pin a variant once, not after
// every power cut. One small file, written whole.

import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Result } from "../base/result.js";
import { writeFileAtomic } from "../system/atomic-file.js";

const OperatorChoice = z.object({
  /** Variant name; null leaves the choice to the configuration and the governor. */
  variant: z.string().nullable().default(null),
  /** null: as configured. */
  enabled: z.boolean().nullable().default(null),
  min_score: z.number().min(0).max(1).nullable().default(null),
});
export type OperatorChoice = z.infer<typeof OperatorChoice>;

export const NO_CHOICE: OperatorChoice = { variant: null, enabled: null, min_score: null };

const OperatorFile = z.object({
  schema: z.literal("isotherm.operator/1"),
  pipelines: z.record(z.string(), OperatorChoice),
});

function fileIn(dataDirectory: string): string {
  return join(dataDirectory, "operator.json");
}

/** What was chosen before; a missing or damaged file is no choice at all, since the configuration always works. */
export async function readOperatorChoices(dataDirectory: string): Promise<Map<string, OperatorChoice>> {
  try {
    const parsed = OperatorFile.safeParse(JSON.parse(await readFile(fileIn(dataDirectory), "utf8")));
    return new Map(Object.entries(parsed.success ? parsed.data.pipelines : {}));
  } catch {
    return new Map();
  }
}

export async function writeOperatorChoices(
  dataDirectory: string,
  choices: ReadonlyMap<string, OperatorChoice>,
): Promise<Result<void>> {
  const path = fileIn(dataDirectory);
  await mkdir(dirname(path), { recursive: true }).catch(() => {});
  const document = { schema: "isotherm.operator/1", pipelines: Object.fromEntries(choices) };
  return writeFileAtomic(path, Buffer.from(`${JSON.stringify(document, null, 1)}\n`));
}
