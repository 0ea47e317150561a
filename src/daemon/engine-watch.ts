// What the daemon does about its engine: frames that it refuses are counted, those of a dead one go back or are set aside,
// troubles become alerts. The supervisor does the starting and killing.

import type { Trouble } from "../base/trouble.js";
import type { Frame } from "../contract/frame.js";
import type { Log } from "../contract/log.js";
import type { EngineEnd } from "../engine/host/engine.js";
import type { SupervisorEvents, Work } from "../engine/host/supervisor.js";
import type { Verdict } from "../engine/host/suspects.js";
import { isFrameTrouble } from "../engine/protocol.js";
import type { Inputs } from "../inputs/inputs.js";
import type { AlertBoard } from "./alert-board.js";
import type { FramePath } from "./frame-path.js";
import type { PipelineLive } from "./pipeline-live.js";
import type { Pipelines } from "./pipelines.js";
import { setAside } from "./set-aside.js";

export interface EngineWatchParts {
  readonly log: Log;
  readonly alerts: AlertBoard;
  readonly pipelines: Pipelines;
  readonly inputs: Pick<Inputs, "answered" | "refuse">;
  readonly framePath: FramePath;
  readonly dataDirectory: () => string;
  /** The disk refused, or takes again (null). */
  onDisk(trouble: Trouble | null): void;
}

/** Raises and clears what the facts of an engine say of each pipeline. */
export function alertPipelines(pipelines: Pipelines, alerts: AlertBoard): void {
  for (const live of pipelines.all) {
    const { name } = live.plan;
    const { choice } = live;
    alerts.tell("pipeline-failed", name, choice.ok || live.isStarting ? null : choice.trouble);
    alerts.tell("variant-missing", name, missingTrouble(live));
    const report = choice.ok ? live.report(choice.value.variant.key) : null;
    alerts.tell("provider-fallback", name, report?.fallback == null ? null : fallbackTrouble(name, report.fallback));
  }
  const names = pipelines.all.map((live) => live.plan.name);
  for (const code of ["pipeline-failed", "model-fails", "variant-missing", "provider-fallback"] as const)
    alerts.clearOthers(code, names);
}

/** An engine that ends so often without having been ready does not come up by being started again: a person has to look. */
const STOPPED_AFTER = 3;

export class EngineWatch {
  readonly #parts: EngineWatchParts;
  /** Engines that ended since one was ready. */
  #lostInARow = 0;
  /** Frames that were refused: bad once, however many pipelines look at them. */
  readonly #refused = new WeakSet<Frame>();

  constructor(parts: EngineWatchParts) {
    this.#parts = parts;
  }

  ready(): void {
    this.#lostInARow = 0;
    this.#parts.alerts.clear("engine-stopped");
  }

  answered({ pipeline, frame }: Work): void {
    const { alerts, inputs } = this.#parts;
    alerts.clear("engine-lost");
    alerts.clear("model-fails", pipeline);
    inputs.answered(frame.input);
  }

  /** The engine found the frame bad, or its model fails on good ones. */
  refused({ pipeline, frame }: Work, trouble: Trouble): void {
    const { alerts, pipelines, log } = this.#parts;
    alerts.clear("engine-lost");
    const live = pipelines.get(pipeline);
    if (live !== undefined) live.lost += 1;
    // The engine knows no inputs, so it can only say `frame`.
    if (isFrameTrouble(trouble)) this.refuseFrame(frame, { ...trouble, where: `inputs.${frame.input}` });
    else {
      log.trouble(trouble, { pipeline });
      alerts.raise("model-fails", pipeline, trouble);
    }
  }

  refuseFrame(frame: Frame, trouble: Trouble): void {
    if (this.#refused.has(frame)) return;
    this.#refused.add(frame);
    this.#parts.inputs.refuse(frame.input, trouble);
    this.#parts.log.trouble(trouble, { input: frame.input });
  }

  /** An engine went, with its frames: the supervisor starts the next one by itself. */
  lost(...[end, detail, head, others]: Parameters<SupervisorEvents["onEngineLost"]>): void {
    const { framePath, alerts, log } = this.#parts;
    const guilty = framePath.engineLost(head, others);
    const trouble = lostTrouble(end, detail);
    log.trouble(trouble, { returned: others.length });
    if (end !== "asked") {
      this.#lostInARow += 1;
      alerts.raise("engine-lost", null, trouble);
      if (this.#lostInARow >= STOPPED_AFTER) alerts.raise("engine-stopped", null, { ...trouble, remedy: "" });
    }
    if (guilty !== null && head !== null) void keepForALook(this.#parts, guilty, head.verdict, end, detail);
  }
}

async function keepForALook(
  parts: EngineWatchParts,
  work: Work,
  verdict: Verdict,
  end: EngineEnd,
  detail: string,
): Promise<void> {
  const { frame, pipeline } = work;
  const live = parts.pipelines.get(pipeline);
  if (live !== undefined) live.lost += 1;
  const kept = await setAside(parts.dataDirectory(), frame, { pipeline, end, detail });
  parts.onDisk(kept.ok ? null : kept.trouble);
  const trouble: Trouble = {
    code: "frame-set-aside",
    where: `inputs.${frame.input}`,
    what: `a frame of ${frame.payload.byteLength} bytes was in the engine for ${pipeline} when it ended (${end}, ${detail})`,
    remedy: `${verdict === "barred" ? "an equal frame is not tried again" : "an equal frame gets one more chance"}; ${kept.ok ? `look at ${kept.value}` : "it could not be kept"}`,
  };
  parts.log.trouble(trouble);
  parts.alerts.raise("frame-set-aside", null, trouble);
}

const END_WORDS: Readonly<Record<EngineEnd, string>> = {
  asked: "it was asked to end and took too long",
  hang: "it did not answer within its deadline",
  stopped: "its process was stopped (SIGSTOP)",
  crash: "it crashed",
  outside: "it was killed from outside (an operator, or the kernel for want of memory)",
  "load-timeout": "it hung while loading its models",
};

function lostTrouble(end: EngineEnd, detail: string): Trouble {
  return {
    code: "engine-lost",
    where: "engine",
    what: `the engine ended: ${END_WORDS[end]} (${detail})`,
    remedy: "it is started again by itself; if it goes on, look at <data_dir>/set-aside and `dmesg`",
  };
}

/** A pinned variant that can't run; null where nothing is pinned, it runs, or the engine that loads it is under way. */
function missingTrouble(live: PipelineLive): Trouble | null {
  const { choice, candidates } = live;
  const pin = candidates.operatorPin ?? candidates.configuredPin;
  if (pin === null || !choice.ok || choice.value.pinned) return null;
  const spec = candidates.variants.find((variant) => variant.variant === pin);
  if (spec !== undefined) return live.failure(spec.key);
  return { code: "variant-missing", where: `pipelines.${live.plan.name}`, what: choice.value.reason, remedy: "" };
}

function fallbackTrouble(pipeline: string, fallback: string): Trouble {
  return {
    code: "provider-fallback",
    where: `pipelines.${pipeline}`,
    what: fallback,
    remedy: "install a runtime with that provider, or list only providers that the board has under engine.providers",
  };
}
