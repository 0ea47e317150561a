// From the configuration and the packages on disk to what each pipeline may run. Reads packages, decides nothing.

import { nearestName } from "../base/nearest.js";
import type { Checked, Result } from "../base/result.js";
import { fail, ok } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { LoadedConfig } from "../config/load.js";
import type { Config } from "../config/schema/config.js";
import type { AnswerSettings, ValueScale } from "../contract/variant.js";
import { findPackage, type ModelPackage, type PackagePlaces } from "../models/find-package.js";
import type { PipelinePlan } from "./pipeline-live.js";
import { allowedVariants, unknownVariant } from "./variant-choice.js";

export type PipelineSettings = Config["pipelines"][string];

/** Packages are read once each, however many pipelines use them. */
export async function planPipelines(loaded: LoadedConfig, places: PackagePlaces): Promise<PipelinePlan[]> {
  const read = new Map<string, Promise<Checked<ModelPackage>>>();
  return Promise.all(
    Object.entries(loaded.config.pipelines).map(async ([name, settings]) => {
      let pending = read.get(settings.model);
      if (pending === undefined) {
        pending = findPackage(settings.model, places);
        read.set(settings.model, pending);
      }
      return planPipeline(name, settings, await pending, loaded);
    }),
  );
}

/** One pipeline's plan. What is wrong with it stands in `trouble`: the others go on. */
function planPipeline(
  name: string,
  settings: PipelineSettings,
  found: Checked<ModelPackage>,
  loaded: LoadedConfig,
): PipelinePlan {
  const pkg = found.ok ? found.value : null;
  const variants = pkg === null ? null : allowedVariants(name, pkg.variants, settings.variants);
  const trouble =
    (found.ok ? null : packageTrouble(found.troubles)) ??
    (variants === null || variants.ok ? null : variants.trouble) ??
    (pkg === null ? null : firstTrouble(name, settings, pkg));
  return {
    name,
    title: settings.name ?? name,
    model: pkg === null ? settings.model : `${pkg.manifest.name}@${pkg.manifest.version}`,
    enabled: settings.enabled,
    minScore: settings.min_score ?? (pkg === null ? null : packageMinScore(pkg)),
    candidates: {
      pipeline: name,
      variants: variants?.ok ? variants.value : [],
      operatorPin: null,
      configuredPin: settings.variant ?? null,
    },
    trouble: trouble === null ? null : withPlace(trouble, name, loaded),
    settings,
    manifest: pkg?.manifest ?? null,
    labels: pkg?.labels ?? [],
    value: pkg === null ? null : valueScale(name, settings, pkg),
  };
}

/** The settings that go with every frame of the pipeline. */
export function answerSettings(plan: PipelinePlan, minScore: number | null): AnswerSettings {
  return { minScore, labels: plan.settings.labels ?? null, value: plan.value };
}

/** The package's own threshold: what holds is shown, also where nobody chose it. Null where answers have no score. */
function packageMinScore({ manifest: { output } }: ModelPackage): number | null {
  return "min_score" in output ? output.min_score : null;
}

function valueScale(name: string, settings: PipelineSettings, pkg: ModelPackage): ValueScale | null {
  const { output } = pkg.manifest;
  if (output.decoder !== "scalar") return null;
  const { value } = settings;
  return {
    name: value?.name ?? settings.name ?? (output.name === "value" ? name : output.name),
    unit: value?.unit ?? output.unit ?? null,
    min: value?.min ?? output.min ?? null,
    max: value?.max ?? output.max ?? null,
  };
}

function packageTrouble(troubles: readonly Trouble[]): Trouble {
  const [first, ...more] = troubles;
  if (first === undefined) throw new Error("a package that could not be read says why");
  return more.length === 0 ? first : { ...first, what: `${first.what} (and ${more.length} more)` };
}

/** What the configuration asks of the package that it has not. */
function firstTrouble(name: string, settings: PipelineSettings, pkg: ModelPackage): Trouble | null {
  const checks: readonly Result<unknown>[] = [
    settings.variant === undefined || pkg.variants.some((variant) => variant.variant === settings.variant)
      ? ok(null)
      : fail(unknownVariant(`pipelines.${name}.variant`, settings.variant, pkg.variants)),
    checkLabels(name, settings.labels ?? [], pkg),
    settings.value === undefined || pkg.manifest.output.decoder === "scalar"
      ? ok(null)
      : fail({
          code: "value-of-no-number",
          where: `pipelines.${name}.value`,
          what: `${pkg.manifest.name} does not give a number but a ${pkg.manifest.task}`,
          remedy: "take `value` away, or use a regression package",
        }),
  ];
  const wrong = checks.find((check) => !check.ok);
  return wrong === undefined || wrong.ok ? null : wrong.trouble;
}

function checkLabels(name: string, labels: readonly string[], pkg: ModelPackage): Result<null> {
  const unknown = labels.find((label) => !pkg.labels.includes(label));
  if (unknown === undefined) return ok(null);
  const near = nearestName(unknown, pkg.labels);
  const known = pkg.labels.slice(0, 12).join(", ");
  return fail({
    code: "unknown-label",
    where: `pipelines.${name}.labels`,
    what: `${pkg.manifest.name} has no label "${unknown}"`,
    remedy: near !== null ? `did you mean "${near}"?` : `use one of ${known}${pkg.labels.length > 12 ? ", …" : ""}`,
  });
}

/** `pipelines.people.labels` becomes the line in the file. A trouble of the package already names its own file. */
function withPlace(trouble: Trouble, name: string, loaded: LoadedConfig): Trouble {
  const prefix = `pipelines.${name}`;
  if (trouble.where === prefix || trouble.where.startsWith(`${prefix}.`))
    return { ...trouble, where: loaded.at(trouble.where.split(".")) };
  return trouble;
}
