// What a schema can't say about a manifest: keys that must fit each other, and tasks that this version does not know yet. Pure.

import { z } from "zod";
import type { Trouble } from "../base/trouble.js";
import { type DecoderName, type Manifest, Task } from "../contract/manifest.js";
import { type ParsedYaml, parseYaml } from "../yaml/parse-yaml.js";

/** Tasks and inputs of the package format (DESIGN §4) that come with later versions. */
const LATER_TASKS: readonly string[] = ["anomaly", "embedding", "audio-tagging", "time-series"];
const LATER_INPUTS: readonly string[] = ["audio", "series"];

/** Only as much as it takes to see what kind of package it is. */
const Head = z.looseObject({
  task: z.unknown().optional(),
  input: z.looseObject({ kind: z.unknown().optional() }).optional(),
});

/** The one trouble of a manifest that is for a later version; null where it is for this one, or can't be told. */
export function unsupportedTask(text: string, file: string): Trouble | null {
  const head = parseYaml(text, file, Head);
  if (!head.ok) return null;
  const { task, input } = head.value.value;
  const known = Task.options.join(", ");
  if (typeof task === "string" && LATER_TASKS.includes(task)) {
    return {
      code: "task-not-supported",
      where: head.value.at(["task"]),
      what: `the task ${task} is not supported yet`,
      remedy: `this version runs ${known}: use another package, or a newer Isotherm`,
    };
  }
  if (typeof input?.kind === "string" && LATER_INPUTS.includes(input.kind)) {
    return {
      code: "task-not-supported",
      where: head.value.at(["input", "kind"]),
      what: `input of the kind ${input.kind} is not supported yet`,
      remedy: "this version takes pictures (kind: image): use another package, or a newer Isotherm",
    };
  }
  return null;
}

/** Which answers a decoder gives; `raw` gives the tensors themselves, whatever the task. */
const TASK_OF_DECODER: Readonly<Record<DecoderName, Task | null>> = {
  softmax: "classification",
  logits: "classification",
  sigmoid: "classification",
  "boxes-scores": "detection",
  ssd: "detection",
  yolox: "detection",
  yolov5: "detection",
  yolov8: "detection",
  nanodet: "detection",
  fastestdet: "detection",
  scalar: "regression",
  raw: null,
};

export function checkManifest(parsed: ParsedYaml<Manifest>): Trouble[] {
  return [...checkDecoder(parsed), ...checkChannels(parsed), ...checkScale(parsed), ...checkVariantNames(parsed)];
}

function checkDecoder({ value, at }: ParsedYaml<Manifest>): Trouble[] {
  const { decoder } = value.output;
  const task = TASK_OF_DECODER[decoder];
  if (task === null || task === value.task) return [];
  const fitting = Object.entries(TASK_OF_DECODER).filter(([, forTask]) => forTask === value.task);
  return [
    {
      code: "decoder-of-other-task",
      where: at(["output", "decoder"]),
      what: `the decoder ${decoder} is for ${task}, the task is ${value.task}`,
      remedy: `write task: ${task}, or one of the decoders ${fitting.map(([name]) => name).join(", ")}`,
    },
  ];
}

/** One number is for all channels. Gray takes three as well, since the defaults have three and models are often made from colour ones. */
function checkChannels({ value, at }: ParsedYaml<Manifest>): Trouble[] {
  const troubles: Trouble[] = [];
  for (const key of ["mean", "std"] as const) {
    const numbers = value.input[key];
    if (numbers.length !== 1 && numbers.length !== 3) {
      troubles.push({
        code: "wrong-channel-count",
        where: at(["input", key]),
        what: `${key} has ${numbers.length} numbers, the picture has ${value.input.color === "gray" ? 1 : 3} channels`,
        remedy: "write one number for all channels, or one for each",
      });
    }
  }
  if (value.input.std.includes(0)) {
    troubles.push({
      code: "std-of-zero",
      where: at(["input", "std"]),
      what: "std has a 0, and pixels are divided by it",
      remedy: "write 1 for a channel that is not to be scaled",
    });
  }
  return troubles;
}

function checkScale({ value, at }: ParsedYaml<Manifest>): Trouble[] {
  const { output } = value;
  if (output.decoder !== "scalar") return [];
  const { min, max } = output;
  if (min === undefined && max === undefined) return [];
  if (min !== undefined && max !== undefined && min < max) return [];
  const half = min === undefined || max === undefined;
  return [
    {
      code: "scale-not-a-range",
      where: at(["output", min === undefined ? "max" : "min"]),
      what: half ? "only one end of the scale is given" : `min ${min} is not below max ${max}`,
      remedy: "give both min and max, min below max, or neither",
    },
  ];
}

function checkVariantNames({ value, at }: ParsedYaml<Manifest>): Trouble[] {
  const first = new Map<string, number>();
  return value.variants.flatMap((variant, i) => {
    const before = first.get(variant.name);
    if (before === undefined) {
      first.set(variant.name, i);
      return [];
    }
    return [
      {
        code: "variant-named-twice",
        where: at(["variants", i, "name"]),
        what: `the variant ${variant.name} is already named at ${at(["variants", before, "name"])}`,
        remedy: "give each variant a name of its own",
      },
    ];
  });
}
