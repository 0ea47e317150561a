// The pages of docs/reference, made from the schemas. Text only: src/cli/docs.ts writes them, and hands in what lives in
// rooms that this one must not know.

import type { z } from "zod";
import { Manifest, Output } from "../contract/manifest.js";
import { expectation } from "../yaml/expectation.js";
import { flowText } from "../yaml/flow-text.js";
import { isMapping } from "../yaml/path.js";
import { type SchemaRow, schemaRows } from "../yaml/schema-rows.js";
import { about, forms } from "../yaml/schema-shape.js";
import { ConfigSchema } from "./schema/config.js";

const MADE_BY = "<!-- Made by `npm run docs` from the schemas in src: change them, not this page. -->";

/** What a payload table needs to be; topics/payload-schemas.ts is one. */
export type PayloadTable = Readonly<
  Record<string, { readonly schema: z.ZodType; readonly topic: string; readonly about: string }>
>;

export function configurationPage(): string {
  const sections = Object.entries(ConfigSchema.shape).map(([key, schema]) => {
    const rows = schemaRows(schema, key);
    const table = rows.length === 0 ? `${sentence(expectation(schema))}` : keyTable(rows);
    return `## \`${key}\`\n\n${sentence(about(schema))}\n\n${table}`;
  });
  return page("Configuration", [CONFIGURATION_INTRODUCTION, ...sections]);
}

export function packagePage(): string {
  const rows = schemaRows(Manifest).filter((row) => !row.path.startsWith("output."));
  const decoders = forms(Output).map((form) => decoderSection(form));
  return page("Model packages", [
    PACKAGE_INTRODUCTION,
    "## `model.yaml`",
    keyTable(rows),
    "## `output`, by decoder",
    "`output.decoder` says how the output tensors become an answer; each has keys of its own.",
    ...decoders,
  ]);
}

export function payloadsPage(payloads: PayloadTable): string {
  const sections = Object.entries(payloads).map(([name, payload]) => {
    const rows = schemaRows(payload.schema);
    const own = about(payload.schema);
    const plain = `The payload is ${expectation(payload.schema)}${own === "" ? "" : ` (${own})`}.`;
    const body = rows.length === 0 ? plain : documentTable(rows);
    return `## ${name}: \`${payload.topic}\`\n\n${sentence(payload.about)}\n\n${body}`;
  });
  return page("Payloads", [PAYLOADS_INTRODUCTION, ...sections]);
}

const CONFIGURATION_INTRODUCTION = `One YAML file: \`/etc/isotherm/config.yaml\`, else \`config/isotherm.yaml\` in the folder that isotherm is started in, or what
\`--config\` names. [config/isotherm.yaml](../../config/isotherm.yaml) holds every key with its default.
\`isotherm check\` names every mistake with its line; at a reload a wrong configuration is refused and the old one goes on.

- **Quantities** are written with their unit: times \`500ms\`, \`5s\`, \`30min\`, \`1h\`, \`1d\`; sizes \`512KiB\`, \`16MiB\`, \`2GiB\` (or \`kB\`, \`MB\`, \`GB\`).
- **Secrets**: \`!secret NAME\` takes the value from \`secrets.yaml\` beside the configuration, else from a systemd credential of that name
  (\`LoadCredential=\`). It never reaches the log.
- **Environment**: \`!env NAME\` takes the value from the environment. Any key can be set there, too: \`ISOTHERM_MQTT__PASSWORD\` is
  \`mqtt.password\`, with two underscores for one level down. A variable that names no key is an error.
- **Editors** check and complete with the JSON Schema that \`isotherm schema config\` prints:
  \`isotherm schema config >isotherm.schema.json\`, and \`# yaml-language-server: $schema=isotherm.schema.json\` as the first line of the
  configuration. They have to be told of the two tags (\`"yaml.customTags": ["!secret scalar", "!env scalar"]\`).`;

const PACKAGE_INTRODUCTION = `A package is a folder with a \`model.yaml\` and the files that it names. \`isotherm models verify FOLDER\` checks it, and
\`isotherm schema package\` prints the JSON Schema of \`model.yaml\`. A pixel becomes \`(pixel / scale - mean) / std\`, per channel in the order of \`color\`.`;

const PAYLOADS_INTRODUCTION = `Topics are below \`<base_topic>/<node>\`, which is \`isotherm/<node>\` where the configuration says nothing else. Documents are JSON; keys may
be added in later versions, so a consumer ignores what it does not know. \`isotherm schema payload NAME\` prints the JSON Schema
of each. \`status\` is the plain text \`online\` or \`offline\`, retained, and the will. \`image/<input>/<pipeline>\` is a JPEG.`;

function decoderSection(form: z.core.$ZodTypes): string {
  const rows = schemaRows(form, "output");
  const decoder = rows.find((row) => row.path === "output.decoder");
  const others = rows.filter((row) => row !== decoder);
  const words = decoder === undefined ? "" : `${sentence(decoder.about)}\n\n`;
  return `### \`${decoder?.fits ?? ""}\`\n\n${words}${keyTable(others)}`;
}

function keyTable(rows: readonly SchemaRow[]): string {
  const lines = rows.map((row) => {
    // `{}` says only that the keys below have defaults of their own, and they say so themselves.
    const isShown = row.written !== undefined && !isMapping(row.written);
    return [
      code(row.path),
      row.fits,
      row.isRequired ? "required" : isShown ? code(flowText(row.written)) : "",
      row.about,
    ];
  });
  return table(["key", "takes", "default", "what it is"], lines);
}

function documentTable(rows: readonly SchemaRow[]): string {
  const lines = rows.map((row) => [
    code(row.path),
    row.fits,
    row.isRequired ? "always" : "where it applies",
    row.about,
  ]);
  return table(["key", "holds", "present", "what it is"], lines);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function page(title: string, parts: readonly string[]): string {
  return `${[MADE_BY, `# ${title}`, ...parts].join("\n\n")}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function sentence(text: string): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
