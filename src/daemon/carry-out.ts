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
  /** Applies and keeps the operator's choice; a trouble where it could not be written (it holds until the next start then). */
  choose(live: PipelineLive, choice: Partial<OperatorChoice>): Promise<void>;
  /** Loads what is wanted now, where it is not resident: blue/green. */
  replaceEngine(): Promise<Result<void>>;
  reload(): Promise<Result<void>>;
  newestFrame(input: string): Frame | null;
  /** The frame as an upright JPEG of bounded size, or null. */
  picture(frame: Frame): Promise<Uint8Array | null>;
}

/** @returns the `result` of the response, or the trouble that stands in its place */
export async function carryOut(command: Command, parts: CommandParts): Promise<Result<unknown>> {
  switch (command.kind) {
    case "variant":
      return withPipeline(command.pipeline, parts, (live) => pinVariant(live, command.variant, parts));
    case "enabled":
      return withPipeline(command.pipeline, parts, async (live) => {
        await parts.choose(live, { enabled: command.enabled });
        return ok({ enabled: live.isEnabled });
      });
    case "min-score":
      return withPipeline(command.pipeline, parts, async (live) => {
        await parts.choose(live, { min_score: command.minScore });
        return ok({ min_score: live.minScore });
      });
    case "reload": {
      const reloaded = await parts.reload();
      return reloaded.ok ? ok(null) : reloaded;
    }
    case "snapshot":
      return snapshot(command.input, parts);
  }
}

async function pinVariant(live: PipelineLive, variant: string | null, parts: CommandParts): Promise<Result<unknown>> {
  const before = live.operator.variant;
  await parts.choose(live, { variant });
  const isRunning = live.choice.ok && (variant === null || live.choice.value.variant.variant === variant);
  if (!isRunning) {
    // Not resident: an engine that loads it first takes over when it is warm; until then the present variant answers.
    const replaced = await parts.replaceEngine();
    const runs = live.choice.ok && live.choice.value.variant.variant === variant;
    if (!replaced.ok || !runs) {
      await parts.choose(live, { variant: before });
      return replaced.ok ? fail(notLoaded(live, variant)) : replaced;
    }
  }
  return ok({ variant: live.choice.ok ? live.choice.value.variant.variant : null, pinned: variant !== null });
}

function notLoaded(live: PipelineLive, variant: string | null): Trouble {
  const spec = live.plan.candidates.variants.find((candidate) => candidate.variant === variant);
  const why = spec === undefined ? null : live.failure(spec.key);
  return (
    why ?? {
      code: "variant-not-loaded",
      where: `pipelines.${live.plan.name}`,
      what: `${variant ?? "no variant"} could not be loaded`,
      remedy: "see the pipeline's state for the reason; the former variant goes on",
    }
  );
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

async function withPipeline(
  name: string,
  parts: CommandParts,
  act: (live: PipelineLive) => Promise<Result<unknown>>,
): Promise<Result<unknown>> {
  const live = parts.pipeline(name);
  if (live !== undefined) return act(live);
  return fail({
    code: "unknown-pipeline",
    where: `pipelines.${name}`,
    what: "a reload took the pipeline away",
    remedy: "see `isotherm status` for those that there are",
  });
}
