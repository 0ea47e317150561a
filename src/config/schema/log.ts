// Section `log`: what is written to stderr.

import { z } from "zod";

export const LogSection = z
  .strictObject({
    level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info").describe("the least that is written"),
    format: z.enum(["json", "text"]).default("json").describe("json for programs, text for people"),
  })
  .prefault({})
  .describe("the log, on stderr");
