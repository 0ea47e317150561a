// JSON Schema of any of our schemas, as editors read it.

import { z } from "zod";
import { ConfigSchema } from "./schema/config.js";

/**
 * What may be written (not what it is parsed to), with descriptions, defaults and examples. Draft 7: the newest that the YAML
 * extensions of common editors read in full.
 */
export function jsonSchemaOf(schema: z.ZodType, title: string): Record<string, unknown> {
  const made = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return { ...made, title };
}

/** For `# yaml-language-server: $schema=…` at the head of a configuration. */
export function configJsonSchema(): Record<string, unknown> {
  const made = jsonSchemaOf(ConfigSchema, "Isotherm's configuration");
  const sections = made.properties as Record<string, Record<string, unknown>>;
  for (const section of Object.values(sections)) {
    // A section whose keys are all commented out reads as null, and loads.
    if (section.type === "object") section.type = ["object", "null"];
  }
  return made;
}
