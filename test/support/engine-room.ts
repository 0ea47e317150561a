// A supervisor with a real engine child, and what it told so far: tests wait for an event instead of a time.

import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";
import type { Trouble } from "../../src/base/trouble.js";
import type { Frame } from "../../src/contract/frame.js";
import { PACKAGE_SETTINGS, type VariantSpec } from "../../src/contract/variant.js";
import type { EngineEnd } from "../../src/engine/host/engine.js";
import { type EngineFacts, EngineSupervisor, type Work } from "../../src/engine/host/supervisor.js";
import type { Verdict } from "../../src/engine/host/suspects.js";
import type { Answered, EngineOptions } from "../../src/engine/protocol.js";
import { readPackage } from "../../src/models/read-package.js";
import { type TinyVariant, writeTinyPackage } from "./tiny-model.js";

export type Told =
  | { readonly kind: "ready"; readonly facts: EngineFacts }
  | { readonly kind: "answered"; readonly work: Work; readonly answered: Answered }
  | { readonly kind: "refused"; readonly work: Work; readonly trouble: Trouble }
  | {
      readonly kind: "lost";
      readonly end: EngineEnd;
      readonly head: { readonly work: Work; readonly verdict: Verdict } | null;
      readonly others: readonly Work[];
    };

export const TEST_OPTIONS: EngineOptions = {
  threads: 1,
  providers: ["cpu"],
  memoryBudgetBytes: Number.MAX_SAFE_INTEGER,
  maxPixels: 1_000_000,
  scratchDirectory: tmpdir(),
};

/** Longest wait for an event; a hang is only known after 5 s. */
const PATIENCE_MS = 30_000;

export class EngineRoom {
  readonly told: Told[] = [];
  readonly supervisor: EngineSupervisor;
  readonly #waiting = new Set<() => void>();
  #seq = 0;

  constructor(t: Test, entry: "main" | "poison") {
    const path = entry === "main" ? "../../src/engine/child/main.js" : "./poison-engine.js";
    const command = { entry: fileURLToPath(new URL(path, import.meta.url)), execArgv: [], env: process.env };
    const tell = (told: Told) => {
      this.told.push(told);
      for (const look of this.#waiting) look();
    };
    this.supervisor = new EngineSupervisor(
      command,
      {
        onReady: (facts) => tell({ kind: "ready", facts }),
        onAnswered: (work, answered) => tell({ kind: "answered", work, answered }),
        onRefused: (work, trouble) => tell({ kind: "refused", work, trouble }),
        onEngineLost: (end, _detail, head, others) => tell({ kind: "lost", end, head, others }),
        onRoom: () => {
          for (const look of this.#waiting) look();
        },
      },
      () => 0,
    );
    t.teardown(() => this.supervisor.close());
  }

  /** Resolves when `claim` holds; it is asked again after each event. */
  until(what: string, claim: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never came: ${what}`)), PATIENCE_MS);
      const look = () => {
        if (!claim()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  of<K extends Told["kind"]>(kind: K): Extract<Told, { kind: K }>[] {
    return this.told.filter((told): told is Extract<Told, { kind: K }> => told.kind === kind);
  }

  /** Waits for room, then gives a frame. */
  async give(spec: VariantSpec, payload: Uint8Array): Promise<void> {
    await this.until("room for a frame", () => this.supervisor.free > 0);
    this.supervisor.answer(this.work(spec, payload));
  }

  work(spec: VariantSpec, payload: Uint8Array): Work {
    this.#seq += 1;
    const frame: Frame = {
      input: "camera",
      seq: this.#seq,
      receivedAt: "2026-01-02T03:04:05.678Z",
      receivedAtMs: 0,
      capturedAt: null,
      encoding: "jpeg",
      raw: null,
      payload,
    };
    return { frame, pipeline: "light", key: spec.key, settings: PACKAGE_SETTINGS };
  }
}

/** Specs of a package of tiny models, in order. */
export async function tinySpecs(t: Test, name: string, variants: readonly TinyVariant[]): Promise<VariantSpec[]> {
  const directory = await writeTinyPackage(t.testdir({}), name, variants);
  const read = await readPackage(directory);
  if (!read.ok) throw new Error(read.troubles.map((trouble) => trouble.what).join("; "));
  return [...read.value.variants];
}
