// Which variant a pipeline runs, and who decided it. Pure. The governor of a later issue decides among the same candidates.

import { nearestName } from "../base/nearest.js";
import { fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { LoadReport, VariantKey, VariantSpec } from "../contract/variant.js";

/** What a pipeline may run. */
export interface Candidates {
  readonly pipeline: string;
  /** The package's variants that the configuration allows, best first. */
  readonly variants: readonly VariantSpec[];
  /** The operator's choice over MQTT or the command line; wins over the configuration's. */
  readonly operatorPin: string | null;
  /** `variant:` of the configuration. */
  readonly configuredPin: string | null;
}

export interface VariantChoice {
  readonly variant: VariantSpec;
  readonly decidedBy: "configuration" | "operator" | "engine";
  readonly pinned: boolean;
  /** A sentence for people. */
  readonly reason: string;
}

/** Cuts a package's variants to those that the configuration lists, in its order; unknown names are troubles. */
export function allowedVariants(
  pipeline: string,
  all: readonly VariantSpec[],
  allowed: "auto" | readonly string[],
): Result<readonly VariantSpec[]> {
  if (allowed === "auto") return ok(all);
  const chosen: VariantSpec[] = [];
  for (const name of allowed) {
    const variant = all.find((candidate) => candidate.variant === name);
    if (variant === undefined) return fail(unknownVariant(`pipelines.${pipeline}.variants`, name, all));
    chosen.push(variant);
  }
  return ok(chosen);
}

/** The variant to run now, among those that the engine holds; a pin that isn't resident falls to the best that is. */
export function chooseVariant(
  candidates: Candidates,
  reports: ReadonlyMap<VariantKey, LoadReport>,
  failures: ReadonlyMap<VariantKey, Trouble>,
): Result<VariantChoice> {
  const { variants, operatorPin, configuredPin } = candidates;
  const resident = variants.filter((variant) => reports.has(variant.key));
  const pin = operatorPin ?? configuredPin;
  const pinned = pin === null ? undefined : resident.find((variant) => variant.variant === pin);
  if (pinned !== undefined) {
    const decidedBy = operatorPin !== null ? "operator" : "configuration";
    return ok({ variant: pinned, decidedBy, pinned: true, reason: `pinned to ${pin} by the ${decidedBy}` });
  }
  const best = resident[0];
  if (best === undefined) {
    const why = variants.map((variant) => failures.get(variant.key)).find((trouble) => trouble !== undefined);
    return fail(why ?? engineStarting(candidates.pipeline));
  }
  if (pin !== null) {
    const why = whyNot(variants, pin, failures);
    return ok({
      variant: best,
      decidedBy: "engine",
      pinned: false,
      reason: `${pin} ${why}; ${best.variant} stands in`,
    });
  }
  const passed = variants.slice(0, variants.indexOf(best));
  const reason =
    passed.length === 0
      ? `${best.variant} is the best variant`
      : `${best.variant} is the best variant that could be loaded (not ${passed.map((variant) => variant.variant).join(", ")})`;
  return ok({ variant: best, decidedBy: passed.length === 0 ? "configuration" : "engine", pinned: false, reason });
}

function whyNot(variants: readonly VariantSpec[], pin: string, failures: ReadonlyMap<VariantKey, Trouble>): string {
  const spec = variants.find((variant) => variant.variant === pin);
  if (spec === undefined) return "was asked for, and the package has it no more";
  const trouble = failures.get(spec.key);
  return trouble === undefined ? "is being loaded" : `was asked for and could not be loaded (${trouble.what})`;
}

export const ENGINE_STARTING = "engine-starting";

/** No engine has tried its variants yet: nothing is wrong so far. */
export function engineStarting(pipeline: string): Trouble {
  return {
    code: ENGINE_STARTING,
    where: `pipelines.${pipeline}`,
    what: "the engine is loading its models",
    remedy: "wait",
  };
}

/** The order in which an engine loads: every pipeline gets its first choice before any gets its second. */
export function loadOrder(pipelines: readonly Candidates[]): VariantSpec[] {
  const queues = pipelines.map(({ variants, operatorPin, configuredPin }) => {
    const pin = operatorPin ?? configuredPin;
    const first = variants.filter((variant) => variant.variant === pin);
    return [...first, ...variants.filter((variant) => variant.variant !== pin)];
  });
  const order = new Map<VariantKey, VariantSpec>();
  const longest = Math.max(0, ...queues.map((queue) => queue.length));
  for (let rank = 0; rank < longest; rank++) {
    for (const queue of queues) {
      const variant = queue[rank];
      if (variant !== undefined && !order.has(variant.key)) order.set(variant.key, variant);
    }
  }
  return [...order.values()];
}

export function unknownVariant(where: string, name: string, known: readonly VariantSpec[]): Trouble {
  const names = known.map((variant) => variant.variant);
  const near = nearestName(name, names);
  return {
    code: "unknown-variant",
    where,
    what: `there is no variant "${name}"`,
    remedy:
      near === null
        ? `use one of ${names.join(", ")}, or auto`
        : `did you mean "${near}"? There are ${names.join(", ")}`,
  };
}
