// What is known of one pipeline while it runs, and the document that says so (`pipeline/<pipeline>/state`). Counts and
// facts go in from the frame path and the engine; nothing here acts.

import { fail, type Result } from "../base/result.js";
import { quantile, Ring } from "../base/ring.js";
import type { Trouble } from "../base/trouble.js";
import type { Manifest } from "../contract/manifest.js";
import type { Degraded } from "../contract/result.js";
import type { PipelineStateDocument } from "../contract/states.js";
import type { LoadReport, ValueScale, VariantKey, VariantSpec } from "../contract/variant.js";
import type { EngineFacts } from "../engine/host/supervisor.js";
import type { OperatorChoice } from "./operator-choices.js";
import type { PipelineSettings } from "./plan-pipelines.js";
import {
  type Candidates,
  chooseVariant,
  ENGINE_STARTING,
  engineStarting,
  type VariantChoice,
} from "./variant-choice.js";

/** Latencies kept for p50 and p95, as the document promises. */
const KEPT_LATENCIES = 128;
/** Rates are over this time, and never over more answers than the ring holds. */
const RATE_WINDOW_MS = 10_000;
const KEPT_TIMES = 1024;

/** The configured part: changes at a reload. */
export interface PipelinePlan {
  readonly name: string;
  readonly title: string;
  /** `package@version`, or the reference as written while the package could not be read. */
  readonly model: string;
  readonly enabled: boolean;
  readonly minScore: number | null;
  readonly candidates: Candidates;
  /** Why it can't run at all: the package is missing or wrong. */
  readonly trouble: Trouble | null;
  readonly settings: PipelineSettings;
  /** Null while the package could not be read. */
  readonly manifest: Manifest | null;
  readonly labels: readonly string[];
  /** Scale of a `scalar` decoder; null for every other. */
  readonly value: ValueScale | null;
}

export class PipelineLive {
  readonly plan: PipelinePlan;
  operator: OperatorChoice;
  choice: Result<VariantChoice>;
  answered = 0;
  /** Frames that the engine refused or lost; the scheduler's drops come on top. */
  lost = 0;
  readonly #latencyMs = new Ring<number>(KEPT_LATENCIES);
  readonly #answeredAtMs = new Ring<number>(KEPT_TIMES);
  #facts: EngineFacts | null = null;
  /** Of the engine before: while it drains, it still answers. */
  #formerFacts: EngineFacts | null = null;
  /** What the plan before the last reload could run: an engine that drains still answers with these. */
  #former: readonly VariantSpec[] = [];

  constructor(plan: PipelinePlan, operator: OperatorChoice) {
    this.plan = plan;
    this.operator = operator;
    this.choice = fail(plan.trouble ?? engineStarting(plan.name));
  }

  /** Takes the configuration of a reload, keeping the counts. */
  withPlan(plan: PipelinePlan): PipelineLive {
    const next = new PipelineLive(plan, this.operator);
    next.answered = this.answered;
    next.lost = this.lost;
    next.#former = this.plan.candidates.variants;
    next.#formerFacts = this.#formerFacts;
    for (const latencyMs of this.#latencyMs.toArray()) next.#latencyMs.push(latencyMs);
    for (const atMs of this.#answeredAtMs.toArray()) next.#answeredAtMs.push(atMs);
    if (this.#facts !== null) next.decide(this.#facts);
    return next;
  }

  get candidates(): Candidates {
    return { ...this.plan.candidates, operatorPin: this.operator.variant };
  }

  get isEnabled(): boolean {
    return this.operator.enabled ?? this.plan.enabled;
  }

  get minScore(): number | null {
    return this.operator.min_score ?? this.plan.minScore;
  }

  /** Decides anew; called when the engine's facts or a pin changed. */
  decide(facts: EngineFacts): void {
    if (this.#facts !== null && this.#facts !== facts) this.#formerFacts = this.#facts;
    this.#facts = facts;
    if (this.plan.trouble === null) this.choice = chooseVariant(this.candidates, facts.reports, facts.failures);
  }

  /** Whether it only waits for its engine. */
  get isStarting(): boolean {
    return !this.choice.ok && this.choice.trouble.code === ENGINE_STARTING;
  }

  /** Null where it can't or must not answer now. */
  get variant(): VariantSpec | null {
    return this.choice.ok && this.isEnabled ? this.choice.value.variant : null;
  }

  /** Of an answer: of this plan, or of the one before. */
  spec(key: VariantKey): VariantSpec | undefined {
    const isIt = (variant: VariantSpec) => variant.key === key;
    return this.plan.candidates.variants.find(isIt) ?? this.#former.find(isIt);
  }

  report(key: VariantKey): LoadReport | null {
    return this.#facts?.reports.get(key) ?? null;
  }

  /** Whether the engine that answers holds the variant of this name. */
  isResident(variant: string): boolean {
    const spec = this.plan.candidates.variants.find((candidate) => candidate.variant === variant);
    return spec !== undefined && this.report(spec.key) !== null;
  }

  /** Why a variant could not be loaded; null where it was, or where nobody tried. */
  failure(key: VariantKey): Trouble | null {
    return this.#facts?.failures.get(key) ?? null;
  }

  /** Of a variant that answered: in the engine that answers now, or in the one before. */
  reportOfAnswer(key: VariantKey): LoadReport | null {
    return this.report(key) ?? this.#formerFacts?.reports.get(key) ?? null;
  }

  /** Of an answer by this variant. */
  degraded(key: VariantKey): Degraded | null {
    return this.reportOfAnswer(key)?.fallback == null ? null : "provider-fallback";
  }

  sawAnswer(latencyMs: number, atMs: number): void {
    this.answered += 1;
    this.#latencyMs.push(latencyMs);
    this.#answeredAtMs.push(atMs);
  }

  fps(nowMs: number): number {
    const kept = this.#answeredAtMs.toArray();
    const recent = kept.filter((atMs) => nowMs - atMs <= RATE_WINDOW_MS);
    // A ring full of answers younger than the window reaches back only so far.
    const [oldest] = recent;
    const isFull = recent.length === KEPT_TIMES && oldest !== undefined;
    const windowMs = isFull ? Math.max(1, nowMs - oldest) : RATE_WINDOW_MS;
    return Number(((recent.length * 1000) / windowMs).toFixed(2));
  }

  /** @param dropped frames that the scheduler let go */
  document(dropped: number, nowMs: number): PipelineStateDocument {
    const { plan, choice } = this;
    const variant = choice.ok ? choice.value.variant : null;
    const report = variant === null ? null : this.report(variant.key);
    const latencies = this.#latencyMs.toArray();
    return {
      schema: "isotherm.pipeline/1",
      pipeline: plan.name,
      state: this.#state(),
      enabled: this.isEnabled,
      model: plan.model,
      variant: variant?.variant ?? null,
      pinned: choice.ok && choice.value.pinned,
      variants: plan.candidates.variants.map((spec) => {
        const loaded = this.report(spec.key);
        return {
          name: spec.variant,
          resident: loaded !== null,
          accuracy: spec.accuracy?.value ?? null,
          latency_ms: loaded === null ? null : rounded(loaded.warmLatencyMs),
        };
      }),
      provider: report?.provider ?? null,
      providers:
        report === null
          ? null
          : { requested: [...report.requested], nodes: { ...report.nodesByProvider }, fallback: report.fallback },
      degraded: variant === null ? null : this.degraded(variant.key),
      min_score: this.minScore,
      fps: this.fps(nowMs),
      latency_ms: { p50: roundedOrNull(quantile(latencies, 0.5)), p95: roundedOrNull(quantile(latencies, 0.95)) },
      answered: this.answered,
      dropped: dropped + this.lost,
      decided_by: choice.ok ? choice.value.decidedBy : "engine",
      reason: this.#reason(),
      trouble: choice.ok || this.isStarting ? null : choice.trouble,
    };
  }

  #state(): PipelineStateDocument["state"] {
    if (!this.choice.ok) return this.isStarting ? "starting" : "failed";
    return this.isEnabled ? "running" : "paused";
  }

  #reason(): string {
    if (!this.isEnabled)
      return this.operator.enabled === false ? "switched off by the operator" : "switched off in the configuration";
    return this.choice.ok ? this.choice.value.reason : this.choice.trouble.what;
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}

function roundedOrNull(value: number | null): number | null {
  return value === null ? null : rounded(value);
}
