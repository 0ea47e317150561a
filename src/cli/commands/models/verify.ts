// `isotherm models verify [PKG…]`: digests, and with `--load` one load and warm-up of each variant.

import type { Trouble } from "../../../base/trouble.js";
import type { LoadReport, VariantSpec } from "../../../contract/variant.js";
import type { Load } from "../../../measure/load-variant.js";
import { listPackages, type PackagePlaces } from "../../../models/find-package.js";
import { type VerifiedVariant, verifyVariants } from "../../../models/verify-package.js";
import { EXIT, printJson, printLine, printTroubles } from "../../output.js";
import { type ChosenVariants, chosenVariants } from "./chosen-variants.js";
import { modelSurroundings } from "./places.js";
import { bytesText } from "./texts.js";

interface Options {
  readonly load?: boolean;
  readonly config?: string;
  readonly json?: boolean;
}

interface Checked {
  /** As it was named, or its folder. */
  readonly reference: string;
  readonly chosen: ChosenVariants | null;
  /** Of the package as a whole. */
  readonly troubles: readonly Trouble[];
}

interface VariantVerdict extends VerifiedVariant {
  /** Null: not loaded. */
  readonly report: LoadReport | null;
}

export async function verifyModels(references: string[], options: Options): Promise<void> {
  const surroundings = await modelSurroundings(options.config ?? null);
  if (!surroundings.ok) {
    printTroubles(surroundings.troubles);
    process.exitCode = EXIT.configuration;
    return;
  }
  const { places, engine } = surroundings.value;
  const packages = references.length > 0 ? await named(references, places) : await installed(places);
  let isRight = true;
  const verify = async (load: Load | null) => {
    for (const checked of packages) {
      const verdicts = await verdictsOf(checked.chosen?.variants ?? [], load);
      if (options.json) printJson(verdictDocument(checked, verdicts));
      else printVerdicts(checked, verdicts);
      isRight &&= checked.troubles.length === 0 && verdicts.every(({ trouble }) => trouble === null);
    }
  };
  if (options.load === true) {
    // The only place of this command that needs the runtime.
    const { withLoader } = await import("../../../measure/load-variant.js");
    await withLoader(engine, verify);
  } else {
    await verify(null);
  }
  if (packages.length === 0 && !options.json) printLine("no model package is installed");
  if (!isRight) process.exitCode = EXIT.failed;
}

async function named(references: readonly string[], places: PackagePlaces): Promise<Checked[]> {
  const checked: Checked[] = [];
  for (const reference of references) {
    const chosen = await chosenVariants(reference, places);
    checked.push({
      reference,
      chosen: chosen.ok ? chosen.value : null,
      troubles: chosen.ok ? [] : chosen.troubles,
    });
  }
  return checked;
}

async function installed(places: PackagePlaces): Promise<Checked[]> {
  return (await listPackages(places)).map((one) => ({
    reference: one.directory,
    chosen: one.ok ? { model: one.value, variants: one.value.variants } : null,
    troubles: one.ok ? [] : one.troubles,
  }));
}

/** @param load null: files and digests only */
async function verdictsOf(variants: readonly VariantSpec[], load: Load | null): Promise<VariantVerdict[]> {
  const verdicts: VariantVerdict[] = [];
  for (const { spec, trouble } of await verifyVariants(variants)) {
    if (load === null || trouble !== null) {
      verdicts.push({ spec, trouble, report: null });
      continue;
    }
    const loaded = await load(spec);
    if (loaded.ok) await loaded.value.release();
    verdicts.push(
      loaded.ok
        ? { spec, trouble: null, report: loaded.value.report }
        : { spec, trouble: loaded.trouble, report: null },
    );
  }
  return verdicts;
}

function verdictDocument({ reference, chosen, troubles }: Checked, verdicts: readonly VariantVerdict[]) {
  return {
    package: chosen === null ? reference : nameOf(chosen),
    directory: chosen?.model.directory ?? null,
    ok: troubles.length === 0 && verdicts.every(({ trouble }) => trouble === null),
    troubles,
    variants: verdicts.map(({ spec, trouble, report }) => ({
      variant: spec.variant,
      ok: trouble === null,
      trouble,
      loaded:
        report === null
          ? null
          : {
              provider: report.provider,
              nodes: report.nodesByProvider,
              fallback: report.fallback,
              load_ms: Math.round(report.loadMs),
              latency_ms: Math.round(report.warmLatencyMs * 100) / 100,
            },
    })),
  };
}

function printVerdicts({ chosen, troubles }: Checked, verdicts: readonly VariantVerdict[]): void {
  printTroubles(troubles);
  for (const { spec, trouble, report } of verdicts) {
    if (trouble !== null) printTroubles([trouble]);
    else {
      const ran = report === null ? "" : `, ${report.provider}, ${report.warmLatencyMs.toFixed(1)} ms`;
      printLine(`ok  ${chosen === null ? "" : nameOf(chosen)}:${spec.variant} (${bytesText(spec.bytes)}${ran})`);
    }
  }
}

function nameOf({ model }: ChosenVariants): string {
  return `${model.manifest.name}@${model.manifest.version}`;
}
