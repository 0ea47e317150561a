// What an engine does with each message (the drawing is in protocol.ts): load, answer, annotate, end. Knows no process: the port and
// the way to load a variant are handed in.

import type { Result } from "../../base/result.js";
import { thrownText } from "../../base/trouble.js";
import type { VariantKey, VariantSpec } from "../../contract/variant.js";
import { kernelFacts } from "../../kernels/addon.js";
import { annotatePicture } from "../../pipelines/annotate.js";
import { runtimeFacts } from "../../runtimes/onnxruntime.js";
import { type EngineOptions, type FromEngine, type PictureToAnnotate, PROTOCOL_VERSION } from "../protocol.js";
import { FrameLine } from "./frame-line.js";
import type { EnginePort } from "./port.js";
import { budgetTrouble } from "./residency.js";
import type { ResidentVariant } from "./resident.js";

export type LoadVariant = (spec: VariantSpec, options: EngineOptions) => Promise<Result<ResidentVariant>>;

/** Serves until `end` came and everything before it is answered. */
export function serveEngine(port: EnginePort, loadVariant: LoadVariant): void {
  const residents = new Map<VariantKey, ResidentVariant>();
  const line = new FrameLine(residents, (message) => port.send(message));
  const annotations = new Set<Promise<void>>();
  let loading: Promise<void> = Promise.resolve();
  let isEnding = false;

  port.onMessage((message) => {
    switch (message.type) {
      case "load":
        loading = loadAll(message.variants, message.options);
        break;
      case "frame":
        line.take(message);
        break;
      case "annotate": {
        const drawn = annotate(message).then((reply) => port.send(reply));
        annotations.add(drawn);
        void drawn.then(() => annotations.delete(drawn));
        break;
      }
      case "end":
        isEnding = true;
        void end();
        break;
    }
  });
  const runtime = { ...runtimeFacts(), kernels: kernelFacts() };
  void port.send({ type: "hello", protocol: PROTOCOL_VERSION, pid: process.pid, runtime });

  async function loadAll(variants: readonly VariantSpec[], options: EngineOptions): Promise<void> {
    for (const [i, spec] of variants.entries()) {
      // A load can't be broken off, but the next one need not begin.
      if (isEnding) return;
      await port.send(await loadOne(spec, variants.slice(0, i), options));
    }
    await port.send({ type: "ready", residentBytes: process.memoryUsage.rss() });
  }

  async function loadOne(
    spec: VariantSpec,
    before: readonly VariantSpec[],
    options: EngineOptions,
  ): Promise<FromEngine> {
    const { key } = spec;
    const trouble = budgetTrouble(spec, before, process.memoryUsage.rss(), options.memoryBudgetBytes);
    if (trouble !== null) return { type: "load-failed", key, trouble };
    const loaded = await loadVariant(spec, options);
    if (!loaded.ok) return { type: "load-failed", key, trouble: loaded.trouble };
    residents.set(key, loaded.value);
    return { type: "loaded", report: loaded.value.report };
  }

  async function end(): Promise<void> {
    await loading;
    await line.idle();
    await Promise.all(annotations);
    for (const resident of residents.values()) await resident.release();
    port.leave();
  }
}

async function annotate({ id, encoding, raw, payload, detections }: PictureToAnnotate): Promise<FromEngine> {
  try {
    const drawn = await annotatePicture({ encoding, raw, payload }, detections);
    return drawn.ok ? { type: "annotated", id, jpeg: drawn.value } : { type: "refused", id, trouble: drawn.trouble };
  } catch (thrown) {
    const trouble = {
      code: "annotate-failed",
      where: "engine",
      what: `the boxes could not be drawn: ${thrownText(thrown)}`,
      remedy: "this is a fault of Isotherm: please report it with this line",
    };
    return { type: "refused", id, trouble };
  }
}
