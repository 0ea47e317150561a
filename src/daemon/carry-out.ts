// Commands from topics, carried out: each changes something and answers, or changes nothing and says why.

import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { Frame } from "../contract/frame.js";
import type { Command } from "../topics/commands.js";
import type { OperatorChoice } from "./operator-choices.js";
import type { PipelineLive } from "./pipeline-live.js";

/** What commands may touch. */
export interface CommandParts {
  pipeline(name: string): PipelineLive | undefined;
  /** Applies and keeps the operator's choice; where it could not be written, it holds until the next start. */
  choose(pipeline: string, choice: Partial<OperatorChoice>): Promise<void>;
  /** Runs `act` when no other change of the engine is under way; refuses where too many wait. */
  inTurn<T>(act: () => Promise<Result<T>>): Promise<Result<T>>;
  /** Loads what is wanted now, most wanted first, where the engine was not asked for just that: blue/green. */
  loadWanted(): Promise<Result<void>>;
  reload(): Promise<Result<void>>;
  newestFrame(input: string): Frame | null;
  /** The frame as an upright JPEG of bounded size, or null. */
  picture(frame: Frame): Promise<Uint8Array | null>;
}

/** @returns the `result` of the response, or the trouble that stands in its place */
export async function carryOut(command: Command, parts: CommandParts): Promise<Result<unknown>> {
  switch (command.kind) {
    case "variant":
      return pinVariant(command.pipeline, command.variant, parts);
    case "enabled":
      return choose(command.pipeline, { enabled: command.enabled }, parts, (live) => ({ enabled: live.isEnabled }));
    case "min-score":
      return chooseMinScore(command.pipeline, command.minScore, parts);
    case "reload": {
      const reloaded = await parts.reload();
      return reloaded.ok ? ok(null) : reloaded;
    }
    case "snapshot":
      return snapshot(command.input, parts);
  }
}

async function chooseMinScore(
  pipeline: string,
  minScore: number | null,
  parts: CommandParts,
): Promise<Result<unknown>> {
  const manifest = parts.pipeline(pipeline)?.plan.manifest ?? null;
  if (minScore !== null && manifest !== null && !("min_score" in manifest.output)) {
    return fail({
      code: "no-score",
      where: `pipelines.${pipeline}`,
      what: `answers of ${manifest.name} have no score to compare (decoder ${manifest.output.decoder})`,
      remedy: "nothing to set: min_score is for detections and classes",
    });
  }
  return choose(pipeline, { min_score: minScore }, parts, (live) => ({ min_score: live.minScore }));
}

async function choose(
  pipeline: string,
  choice: Partial<OperatorChoice>,
  parts: CommandParts,
  answer: (live: PipelineLive) => unknown,
): Promise<Result<unknown>> {
  if (parts.pipeline(pipeline) === undefined) return fail(gone(pipeline));
  await parts.choose(pipeline, choice);
  // Looked up again: a reload may have come while the choice was written.
  const live = parts.pipeline(pipeline);
  return live === undefined ? fail(gone(pipeline)) : ok(answer(live));
}

/** A variant that is resident runs from the next frame on; another one is loaded first, and the present one answers until then. */
async function pinVariant(pipeline: string, variant: string | null, parts: CommandParts): Promise<Result<unknown>> {
  const live = parts.pipeline(pipeline);
  if (live === undefined) return fail(gone(pipeline));
  const wanted = variant ?? live.plan.candidates.variants[0]?.variant;
  if (wanted !== undefined && live.isResident(wanted)) return choose(pipeline, { variant }, parts, pinned);
  return parts.inTurn(() => loadAndPin(pipeline, variant, parts));
}

async function loadAndPin(pipeline: string, variant: string | null, parts: CommandParts): Promise<Result<unknown>> {
  const before = parts.pipeline(pipeline)?.operator.variant ?? null;
  const chosen = await choose(pipeline, { variant }, parts, pinned);
  if (!chosen.ok) return chosen;
  // The first engine is still loading, and this variant among the others: the pin holds from its first frame on.
  if (parts.pipeline(pipeline)?.isStarting) return chosen;
  const loaded = await parts.loadWanted();
  const live = parts.pipeline(pipeline);
  if (live === undefined) return fail(gone(pipeline));
  if (live.operator.variant !== variant) return fail(overtaken(pipeline));
  // Handing back always works: it asks for the best that there is.
  if (variant === null || (live.choice.ok && live.choice.value.variant.variant === variant)) return ok(pinned(live));
  await parts.choose(pipeline, { variant: before });
  return loaded.ok ? fail(notLoaded(live, variant)) : loaded;
}

function pinned(live: PipelineLive): { readonly variant: string | null; readonly pinned: boolean } {
  return {
    variant: live.choice.ok ? live.choice.value.variant.variant : null,
    pinned: live.operator.variant !== null,
  };
}

function notLoaded(live: PipelineLive, variant: string): Trouble {
  const spec = live.plan.candidates.variants.find((candidate) => candidate.variant === variant);
  const why = spec === undefined ? null : live.failure(spec.key);
  return (
    why ?? {
      code: "variant-not-loaded",
      where: `pipelines.${live.plan.name}`,
      what: `${variant} could not be loaded`,
      remedy: "see the pipeline's state for the reason; the former variant goes on",
    }
  );
}

function overtaken(pipeline: string): Trouble {
  return {
    code: "overtaken",
    where: `pipelines.${pipeline}`,
    what: "a later command chose another variant while this one was being loaded",
    remedy: "nothing: the later one holds",
  };
}

function gone(pipeline: string): Trouble {
  return {
    code: "unknown-pipeline",
    where: `pipelines.${pipeline}`,
    what: "a reload took the pipeline away",
    remedy: "see `isotherm status` for those that there are",
  };
}

async function snapshot(input: string, parts: CommandParts): Promise<Result<unknown>> {
  const frame = parts.newestFrame(input);
  if (frame === null)
    return fail({
      code: "no-frame",
      where: `inputs.${input}`,
      what: "no frame has come yet",
      remedy: "wait for the first frame, or check the input's topic",
    });
  const jpeg = await parts.picture(frame);
  if (jpeg === null)
    return fail({
      code: "no-picture",
      where: `inputs.${input}`,
      what: "the engine could not draw the picture now",
      remedy: "try again; if it stays so, the input's status says what is wrong with its frames",
    });
  return ok({
    input,
    seq: frame.seq,
    received_at: frame.receivedAt,
    content_type: "image/jpeg",
    image: Buffer.from(jpeg).toString("base64"),
  });
}
