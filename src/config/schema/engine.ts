// Section `engine`: what the engine process may use.

import { z } from "zod";
import { Provider } from "../../contract/manifest.js";
import { size } from "./quantity.js";

export const EngineSection = z
  .strictObject({
    threads: z
      .union([z.literal("auto"), z.int().min(1).max(64)])
      .default("auto")
      .describe("threads of one run; auto leaves one core to the rest of the board"),
    providers: z
      .union([z.literal("auto"), z.array(Provider).min(1).max(3)])
      .default("auto")
      .describe("execution providers; auto uses what the runtime has; one that is listed and missing raises an alert"),
    memory: size({ atLeast: "64MiB", atMost: "1024GiB" })
      .optional()
      .meta({
        description:
          "variants are loaded, best first, while the engine stays below this; default: a quarter of the memory",
        examples: ["2GiB"],
      }),
    max_pixels: z
      .int()
      .min(1)
      // 2^28: past this a decoded picture alone is 800 MB.
      .max(268_435_456)
      .default(50_000_000)
      .describe("pictures with more pixels are refused before they are decoded"),
  })
  .prefault({})
  .describe("the process that runs the models");
