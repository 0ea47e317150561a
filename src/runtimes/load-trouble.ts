// What ONNX Runtime threw, as a trouble with a remedy. Its Node door gives text and no code, so this one table reads the text;
// what it does not know keeps the runtime's own words.

import { type Trouble, thrownText } from "../base/trouble.js";

interface Known {
  readonly code: string;
  readonly pattern: RegExp;
  readonly what: string;
  readonly remedy: string;
}

/** The first that fits wins. Texts as of ONNX Runtime 1.30; test/runtimes provokes them. */
const KNOWN: readonly Known[] = [
  {
    code: "not-an-onnx-model",
    pattern: /protobuf parsing failed|model data pointer is null|ModelProto does not have a graph/i,
    what: "the file is not an ONNX model",
    remedy: "export the model to ONNX again, or copy the file again if it was one",
  },
  {
    code: "model-too-new",
    pattern: /unsupported model IR version|opset \d+ is (?:under development|till opset)|only \*?guarantees/i,
    what: "the model was exported for a newer ONNX than this runtime knows",
    remedy: "export it again with opset 17, which runs everywhere, or update Isotherm",
  },
  {
    code: "unsupported-operator",
    pattern:
      /not a registered function\/op|no opset import for domain|could not find an implementation|no op registered|not implemented/i,
    what: "the model uses an operator that this runtime does not have",
    remedy: "export it without that operator, or with another opset",
  },
  {
    code: "out-of-memory",
    pattern: /bad_alloc|failed to allocate memory|out of memory|cannot allocate/i,
    what: "the memory did not suffice",
    remedy: "list fewer or smaller variants for the pipeline; `engine.memory` limits how much stays loaded",
  },
];

/** Enough for any sentence of the runtime, short enough for a retained document. */
const MAX_TEXT = 300;

/** @param where the model's file, or where the manifest names it */
export function loadTrouble(where: string, thrown: unknown): Trouble {
  return known(where, thrown, {
    code: "model-not-loaded",
    what: "ONNX Runtime refused the model",
    remedy: "check the model with its exporter, and export it again",
  });
}

/** A run failed though the warm-up went well: nearly always memory. */
export function runTrouble(where: string, thrown: unknown): Trouble {
  return known(where, thrown, {
    code: "run-failed",
    what: "ONNX Runtime could not run the model",
    remedy: "if it stays, report it with this line and the model",
  });
}

function known(where: string, thrown: unknown, otherwise: Omit<Known, "pattern">): Trouble {
  const text = shortened(thrownText(thrown));
  const { code, what, remedy } = KNOWN.find((entry) => entry.pattern.test(text)) ?? otherwise;
  return { code, where, what: `${what}: ${text}`, remedy };
}

/** On one line, without the place in its own sources that ONNX Runtime may put in front. */
function shortened(text: string): string {
  const line = withoutPlace(text.replace(/\s+/g, " ").trim());
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT)}…`;
}

/** `/onnxruntime_src/…/model.cc:176 Model::Model(…) what is wrong` -> `what is wrong` */
function withoutPlace(line: string): string {
  const place = /^.*?\S+\.(?:cc|h):\d+ /.exec(line);
  if (place === null) return line;
  const rest = line.slice(place[0].length);
  let depth = 0;
  for (let i = rest.indexOf("("); i >= 0 && i < rest.length; i++) {
    if (rest[i] === "(") depth += 1;
    if (rest[i] === ")") depth -= 1;
    // The signature ends with the bracket that closes its arguments.
    if (depth === 0 && rest[i + 1] === " ") return rest.slice(i + 2);
  }
  return rest;
}
