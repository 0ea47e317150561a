// Section `telemetry`: how this board's sensors are read.

import { z } from "zod";
import { duration } from "./quantity.js";

export const TelemetrySection = z
  .strictObject({
    root: z
      .string()
      .min(1)
      .default("/")
      .describe("folder that holds sys and proc; the environment's ISOTHERM_TELEMETRY_ROOT replaces it"),
    every: duration({ atLeast: "1s", atMost: "1h" })
      .prefault("10s")
      .describe("how often sensors are read and published"),
  })
  .prefault({})
  .describe("this board's sensors");
