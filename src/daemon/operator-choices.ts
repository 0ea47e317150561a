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

/** Writes one version after the other: of two writes at once, the older one could end last. */
export class ChoicesWriter {
  readonly #path: string;
  #writing: Promise<unknown> = Promise.resolve();
  /** The write that has not begun: it takes all that is chosen until then. */
  #next: Promise<Result<void>> | null = null;

  constructor(dataDirectory: string) {
    this.#path = fileIn(dataDirectory);
  }

  /** @param choices read when the write begins */
  write(choices: ReadonlyMap<string, OperatorChoice>): Promise<Result<void>> {
    if (this.#next !== null) return this.#next;
    const next = this.#writing.then(() => {
      this.#next = null;
      return this.#writeNow(choices);
    });
    this.#next = next;
    this.#writing = next;
    return next;
  }

  async #writeNow(choices: ReadonlyMap<string, OperatorChoice>): Promise<Result<void>> {
    const document = { schema: "isotherm.operator/1", pipelines: Object.fromEntries(choices) };
    const bytes = Buffer.from(`${JSON.stringify(document, null, 1)}\n`);
    await mkdir(dirname(this.#path), { recursive: true }).catch(() => {});
    return writeFileAtomic(this.#path, bytes);
  }
}
