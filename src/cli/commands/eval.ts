// `isotherm eval`: how right each variant of a package is on labelled data.

import { Command } from "commander";
import type { EvalDocument, Score, VariantEval } from "../../measure/eval-document.js";
import { EXIT, printJson, printLine, printTable, printTroubles } from "../output.js";
import { chosenVariants } from "./models/chosen-variants.js";
import { interruptible } from "./models/interrupt.js";
import { modelSurroundings } from "./models/places.js";
import { progressLine } from "./models/progress-line.js";

interface Options {
  readonly model: string;
  readonly data: string;
  readonly config?: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command("eval")
    .description("accuracy on labelled data, per variant; exit code 1 when a variant or a frame could not be measured")
    .requiredOption("--model <pkg[:variant]>", "installed package or package folder; default: all its variants")
    .requiredOption(
      "--data <dir>",
      "folders of pictures named by their label (classification) or value (regression), or an expected.json (detection)",
    )
    .option("--config <path>", "configuration file (default: /etc/isotherm/config.yaml, else ./config/isotherm.yaml)")
    .option("--json", "one document")
    .action(evaluateModel);
}

async function evaluateModel(options: Options): Promise<void> {
  const surroundings = await modelSurroundings(options.config ?? null);
  if (!surroundings.ok) {
    printTroubles(surroundings.troubles);
    process.exitCode = EXIT.configuration;
    return;
  }
  const { places, engine } = surroundings.value;
  const chosen = await chosenVariants(options.model, places);
  if (!chosen.ok) {
    printTroubles(chosen.troubles);
    process.exitCode = EXIT.failed;
    return;
  }
  const { model, variants } = chosen.value;
  const { readLabelled } = await import("../../measure/labelled/read-labelled.js");
  const data = await readLabelled(options.data, model);
  if (!data.ok) {
    printTroubles(data.troubles);
    process.exitCode = EXIT.failed;
    return;
  }
  // Only now: mistyped labels must not wait for the runtime.
  const [{ withLoader }, { evaluate }] = await Promise.all([
    import("../../measure/load-variant.js"),
    import("../../measure/evaluate.js"),
  ]);
  const progress = progressLine(process.stderr);
  const document = await interruptible((signal) =>
    withLoader(engine, (load) =>
      evaluate(model, variants, data.value, {
        load,
        signal,
        onProgress: (variant, done, of) => progress.show(`${variant}: ${done} of ${of}`),
        onTrouble: (trouble) => {
          progress.clear();
          printTroubles([trouble]);
        },
      }),
    ),
  );
  progress.clear();
  if (options.json) printJson(document);
  else printDocument(document);
  if (!document.complete || document.variants.some(isFlawed)) process.exitCode = EXIT.failed;
}

function isFlawed({ score, bad }: VariantEval): boolean {
  return score === null || bad > 0;
}

function printDocument({ model, data, complete, variants }: EvalDocument): void {
  printLine(`${model.name} ${model.version} on ${data}`);
  const kind = variants.find(({ score }) => score !== null)?.score?.kind;
  if (kind !== undefined) {
    const rows = variants.map((one) => [one.variant, ...scoreCells(one.score), String(one.bad), declaredText(one)]);
    printTable(["variant", ...COLUMNS[kind], "bad", "declared"], rows);
  }
  if (!complete) printLine("interrupted: the figures are over the frames until then");
}

const COLUMNS: Readonly<Record<Score["kind"], readonly string[]>> = {
  classification: ["frames", "correct", "accuracy"],
  regression: ["frames", "mean error", "of full scale", "p95 error", "worst"],
  detection: ["frames", "passed", "found", "recall", "expected", "precision", "verdict"],
};

function scoreCells(score: Score | null): string[] {
  if (score === null) return [];
  const { of } = score;
  switch (score.kind) {
    case "classification":
      return [String(of), String(score.correct), percent(score.accuracy)];
    case "regression": {
      const unit = score.unit === null ? "" : ` ${score.unit}`;
      const error = (value: number | null) => (value === null ? "-" : `${value}${unit}`);
      const { worst } = score;
      return [
        String(of),
        error(score.mean_abs_error),
        score.error_percent === null ? "-" : `${score.error_percent} %`,
        error(score.p95_abs_error),
        worst === null ? "-" : `${worst.value} for ${worst.truth}`,
      ];
    }
    case "detection":
      return [
        String(of),
        String(score.passed),
        `${score.found} of ${score.must}`,
        percent(score.recall),
        `${score.expected} of ${score.detections}`,
        percent(score.precision),
        score.pass ? "pass" : "fail",
      ];
  }
}

function percent(ratio: number | null): string {
  return ratio === null ? "-" : `${(ratio * 100).toFixed(1)} %`;
}

function declaredText({ declared, trouble }: VariantEval): string {
  if (trouble !== null) return "not measured, see above";
  return declared === null ? "-" : `${declared.metric} ${declared.value}`;
}
