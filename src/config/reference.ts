// config/isotherm.yaml: every key of the configuration with its default and a word on it, made from the schema. It loads as
// it is: what is active in it is the smallest configuration that reads a gauge, the rest is commented out.

import type { z } from "zod";
import { choiceText } from "../yaml/expectation.js";
import { flowText } from "../yaml/flow-text.js";
import { isMapping } from "../yaml/path.js";
import { about, forms, isRequired, isSecret, writtenDefault } from "../yaml/schema-shape.js";
import { ConfigSchema } from "./schema/config.js";

/** Active in the file; the README's example. */
const ACTIVE = {
  version: 1,
  mqtt: { url: "mqtt://localhost:1883" },
  inputs: { boiler: { mqtt: { topic: "cameras/boiler/jpeg" } } },
  pipelines: {
    pressure: {
      inputs: ["boiler"],
      model: "gauge-reader",
      value: { name: "Boiler pressure", unit: "bar", min: 0, max: 4 },
    },
  },
};

const HEAD = `# Isotherm's configuration: every key, with its default and a word on it.
# Made by \`npm run docs\` from src/config/schema. Copy it and change the copy.
#
# Lines that begin with "# " explain. Lines that begin with # and a key show the default, or an example where there is
# none: remove the # to change it. Times are written 500ms, 5s, 30min, 1h, 1d; sizes 512KiB, 16MiB, 2GiB.
# A value may come from elsewhere: \`!secret NAME\` from secrets.yaml beside this file or from a systemd credential,
# \`!env NAME\` from the environment. Any key can be set by the environment, too: ISOTHERM_MQTT__PASSWORD is mqtt.password.
# \`isotherm check\` names every mistake with its line; \`isotherm schema config\` prints the JSON Schema for editors.
`;

/** Comments are wrapped to the width of a terminal beside a line number. */
const WIDTH = 110;

export function referenceYaml(): string {
  const sections = keyLines(ConfigSchema, ACTIVE, [], "");
  return `${HEAD}\n${sections.join("\n")}\n`;
}

/** The keys of an object schema, each with its comment. `active` is null inside of what is commented out. */
function keyLines(schema: z.core.$ZodType, active: unknown, path: readonly string[], indent: string): string[] {
  const shape = shapeOf(schema);
  return Object.entries(shape).flatMap(([key, child]) => {
    const value = isMapping(active) ? active[key] : undefined;
    // Sections are active even where they are empty, so that uncommenting one line in them is enough.
    const isActive = value !== undefined || path.length === 0;
    const comment = commentLines(aboutKey(child, value !== undefined), `${indent}# `);
    const lines = [...comment, ...valueLines(key, child, isActive ? (value ?? {}) : null, [...path, key], indent)];
    return path.length === 0 ? [...lines, ""] : lines;
  });
}

/** One key with its value. `active` null: commented out, with the default or the example. */
function valueLines(
  key: string,
  schema: z.core.$ZodType,
  active: unknown,
  path: readonly string[],
  indent: string,
): string[] {
  const mark = active === null ? "#" : "";
  const inner = `${indent}  `;
  const [form] = forms(schema);
  const type = form?._zod.def.type;
  if (type === "object") {
    return [`${indent}${mark}${key}:`, ...keyLines(schema, active, path, inner)];
  }
  if (form?._zod.def.type === "record" && isMapping(active)) {
    // The user's own names: each active entry with all the keys that it could have.
    const { valueType } = form._zod.def;
    const entries = Object.entries(active).flatMap(([name, entry]) => [
      `${inner}${name}:`,
      ...keyLines(valueType, entry, [...path, name], `${inner}  `),
    ]);
    return [`${indent}${key}:`, ...entries];
  }
  return [`${indent}${mark}${key}: ${active === null ? shownValue(schema, path) : flowText(active)}`];
}

function shownValue(schema: z.core.$ZodType, path: readonly string[]): string {
  // Every schema here is made by zod's classic door; the core's type only lacks `meta`.
  const classic = schema as z.ZodType;
  if (isSecret(classic)) return `!secret ${path.join("_")}`;
  const written = writtenDefault(schema);
  if (written !== undefined) return flowText(written);
  const example = classic.meta()?.examples;
  if (!Array.isArray(example)) throw new RangeError(`${path.join(".")} has neither default nor example`);
  return flowText(example[0]);
}

/** "what the payload is; one of auto, jpeg, png; required". */
function aboutKey(schema: z.core.$ZodType, isActive: boolean): string {
  const written = writtenDefault(schema);
  const parts = [about(schema), choiceText(schema)];
  // Where the line below shows another value than the default, the comment has to say the default.
  if (isActive && written !== undefined && !isMapping(written)) parts.push(`default: ${flowText(written)}`);
  if (isRequired(schema)) parts.push("required");
  return parts.filter((part) => part !== null && part !== "").join("; ");
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const def = forms(schema)[0]?._zod.def;
  return def?.type === "object" ? def.shape : {};
}

function commentLines(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(`${indent}${line}`);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, `${indent}${line}`];
}
