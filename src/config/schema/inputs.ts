// Section `inputs`: where frames come from.

import { z } from "zod";
import { Name } from "./names.js";
import { duration, size } from "./quantity.js";

/** MQTT 5.0, 4.7: `+` stands for one whole level; `#` would make inputs without a name. */
const TOPIC = /^(?:\+|[^+#\0/]*)(?:\/(?:\+|[^+#\0/]*))*$/u;

const RawPixels = z.strictObject({
  format: z
    .enum(["rgb", "bgr", "rgba", "gray"])
    .meta({ description: "order of the channels, 8 bits each", examples: ["rgb"] }),
  width: z
    .int()
    .min(1)
    .max(32_768)
    .meta({ description: "width in pixels", examples: [640] }),
  height: z
    .int()
    .min(1)
    .max(32_768)
    .meta({ description: "height in pixels", examples: [480] }),
});

export const InputSection = z.strictObject({
  mqtt: z
    .strictObject({
      topic: z
        .string()
        .min(1)
        .max(1024)
        .regex(TOPIC, "a topic without #, where + stands for one whole level: cameras/+/jpeg")
        .meta({
          description: "where the frames are published; a + makes one input for each topic that matches",
          examples: ["cameras/boiler/jpeg"],
        }),
    })
    .describe("frames from the broker"),
  encoding: z
    .enum(["auto", "jpeg", "png", "webp", "raw", "json", "base64"])
    .default("auto")
    .describe("what the payload is; auto looks at its first bytes"),
  raw: RawPixels.optional().describe(
    "layout of raw pixels, with `encoding: raw` or json; default: the message says it",
  ),
  max_fps: z
    .number()
    .positive()
    .max(1000)
    .nullable()
    .default(null)
    .describe("frames over this rate are dropped and counted; null: no limit"),
  stale_after: duration({ atLeast: "100ms", atMost: "30d" })
    .prefault("30s")
    .describe("without a frame for so long the input is `stale` and its entities are unavailable"),
  max_bytes: size({ atLeast: "1KiB", atMost: "64MiB" }).prefault("16MiB").describe("a larger payload is a bad frame"),
});

export const InputsSection = z
  .record(Name, InputSection)
  .default({})
  .describe("where frames come from, by a name of your choice");
