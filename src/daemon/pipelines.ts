// All pipelines that the configuration names, with what the engine and the operator say of them. Gathers; the deciding is
// done in variant-choice.ts, the acting in frame-path.ts.

import type { Config } from "../config/schema/config.js";
import type { VariantSpec } from "../contract/variant.js";
import type { EngineFacts } from "../engine/host/supervisor.js";
import type { ScheduleSettings } from "../scheduler/schedule.js";
import { NO_CHOICE, type OperatorChoice } from "./operator-choices.js";
import { PipelineLive, type PipelinePlan } from "./pipeline-live.js";
import { loadOrder } from "./variant-choice.js";

export class Pipelines {
  #lives = new Map<string, PipelineLive>();
  readonly #choices: Map<string, OperatorChoice>;
  #facts: EngineFacts | null = null;

  /** @param choices what the operator chose in earlier runs, by pipeline; kept up to date here, written by the caller */
  constructor(plans: readonly PipelinePlan[], choices: Map<string, OperatorChoice>) {
    this.#choices = choices;
    this.replan(plans);
  }

  /** Takes new plans; a pipeline that stays keeps its counts and what the operator chose. */
  replan(plans: readonly PipelinePlan[]): void {
    const before = this.#lives;
    this.#lives = new Map(
      plans.map((plan) => {
        const known = before.get(plan.name);
        const live =
          known === undefined
            ? new PipelineLive(plan, this.#choices.get(plan.name) ?? NO_CHOICE)
            : known.withPlan(plan);
        if (this.#facts !== null) live.decide(this.#facts);
        return [plan.name, live];
      }),
    );
  }

  get all(): readonly PipelineLive[] {
    return [...this.#lives.values()];
  }

  get(name: string): PipelineLive | undefined {
    return this.#lives.get(name);
  }

  /** The engine's facts changed: every pipeline decides anew. */
  sawFacts(facts: EngineFacts): void {
    this.#facts = facts;
    for (const live of this.all) live.decide(facts);
  }

  get facts(): EngineFacts | null {
    return this.#facts;
  }

  /** The operator's choice for a pipeline; decided anew at once. Returns all choices, to be written. */
  choose(name: string, choice: Partial<OperatorChoice>): ReadonlyMap<string, OperatorChoice> {
    const live = this.#lives.get(name);
    if (live === undefined) return this.#choices;
    live.operator = { ...live.operator, ...choice };
    this.#choices.set(name, live.operator);
    if (this.#facts !== null) live.decide(this.#facts);
    return this.#choices;
  }

  /** What the engine is to load, in order. */
  wantedVariants(): VariantSpec[] {
    return loadOrder(this.all.map((live) => live.candidates));
  }

  /** For command parsing: what there is to set. */
  variantNames(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      this.all.map((live) => [live.plan.name, live.plan.candidates.variants.map((variant) => variant.variant)]),
    );
  }

  scheduleSettings(config: Config): ScheduleSettings {
    return {
      inputs: Object.entries(config.inputs).map(([key, input]) => ({ key, maxFps: input.max_fps })),
      pipelines: this.all.map((live) => ({
        name: live.plan.name,
        inputs: live.plan.settings.inputs,
        priority: live.plan.settings.priority,
        paused: live.variant === null,
      })),
    };
  }
}

/** Whether two lists name the same variants with the same files, in the same order: then no other engine is needed. */
export function isSameSet(a: readonly VariantSpec[], b: readonly VariantSpec[]): boolean {
  // A package that was changed in place has another digest or another recipe under the same key.
  return JSON.stringify(a) === JSON.stringify(b);
}
