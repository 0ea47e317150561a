// Section `pipelines`: which model answers for which inputs.

import { z } from "zod";
import { Name, Text } from "./names.js";
import { duration } from "./quantity.js";

const ratio = z.number().min(0).max(1);
const Corner = z.tuple([ratio, ratio]).readonly();

/** `name`, `name@version`, or a folder: then it has a slash or begins with a dot. */
const ModelReference = z
  .string()
  .max(1024)
  .regex(
    /^(?:[a-z0-9][a-z0-9._-]{0,63}(?:@\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?)?|\.{1,2}|[^\0]*\/[^\0]*)$/u,
    "a package's name, name@1.2.0, or the path of its folder with a slash in it",
  );

const ValueSettings = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: "name of the value; default: the package's", examples: ["Boiler pressure"] }),
  unit: z
    .string()
    .min(1)
    .max(16)
    .optional()
    .meta({ description: "unit of the value; default: the package's", examples: ["bar"] }),
  min: z
    .number()
    .optional()
    .meta({ description: "value at the low end of the scale; default: the package's", examples: [0] }),
  max: z
    .number()
    .optional()
    .meta({ description: "value at the high end of the scale; default: the package's", examples: [4] }),
});

const PublishSettings = z
  .strictObject({
    results: z.boolean().default(true).describe("every answer on result/<input>/<pipeline>"),
    image: z.boolean().default(false).describe("the picture of the last event, boxes drawn"),
    events: z.boolean().default(true).describe("what appeared, left or changed"),
    heartbeat: duration({ atLeast: "1s", atMost: "1d" })
      .prefault("10s")
      .describe("the state is sent on change, and at least so often while frames come"),
  })
  .prefault({})
  .describe("what is published");

export const PipelineSection = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({
      description: "name for people, as hubs show it; default: made from the key",
      examples: ["Boiler pressure"],
    }),
  inputs: z
    .array(Name)
    .min(1)
    .max(64)
    .meta({ description: "names of inputs", examples: [["boiler"]] }),
  model: ModelReference.meta({
    description: "the package that answers",
    examples: ["gauge-reader"],
  }),
  variants: z
    .union([z.literal("auto"), z.array(Text).min(1).max(32)])
    .default("auto")
    .describe("variants that may run, best first; auto: all of the package"),
  variant: Text.optional().meta({
    description: "runs this one and no other; default: the best that is loaded",
    examples: ["student-int8"],
  }),
  enabled: z.boolean().default(true).describe("off: loaded, but no frame is answered"),
  min_score: ratio
    .optional()
    .meta({ description: "answers below are left out; default: the package's", examples: [0.5] }),
  labels: z
    .array(Text)
    .min(1)
    .max(1000)
    .optional()
    .meta({ description: "keep only these labels; default: all", examples: [["person"]] }),
  zones: z
    .record(Name, z.array(Corner).min(3, "at least three corners").max(64).readonly())
    .optional()
    .meta({
      description: "named polygons in the picture, corners as [x, y] in 0..1; default: none",
      examples: [
        {
          step: [
            [0.1, 0.6],
            [0.5, 0.6],
            [0.5, 1],
            [0.1, 1],
          ],
        },
      ],
    }),
  priority: z.int().min(-100).max(100).default(0).describe("a pipeline with more goes first where the engine is short"),
  value: ValueSettings.optional().describe("the scale of a value (regression); default: the package's"),
  publish: PublishSettings,
});

export const PipelinesSection = z
  .record(Name, PipelineSection)
  .default({})
  .describe("which model answers for which inputs, by a name of your choice");
