// `isotherm schema`: the JSON Schema of what people write and of what isotherm sends.

import { Command } from "commander";
import { nearestName } from "../../base/nearest.js";
import { configJsonSchema, jsonSchemaOf } from "../../config/json-schema.js";
import { Manifest } from "../../contract/manifest.js";
import { PAYLOAD_SCHEMAS } from "../../topics/payload-schemas.js";
import { EXIT, printJson, printPrettyJson, printTable } from "../output.js";

export function command(): Command {
  const schema = new Command("schema").description("the JSON Schema of the configuration, of packages and of payloads");
  // A schema is JSON in any case; `--json` only takes the indentation away.
  const withJson = (child: Command) => child.option("--json", "one line", false);
  withJson(schema.command("config").description("of the configuration, for editors")).action(
    (options: { json: boolean }) => print(configJsonSchema(), options.json),
  );
  withJson(schema.command("package").description("of a package's model.yaml")).action((options: { json: boolean }) =>
    print(jsonSchemaOf(Manifest, "Isotherm model package"), options.json),
  );
  withJson(schema.command("payload").description("of a payload").argument("NAME", "as `schema list` prints it")).action(
    (name: string, options: { json: boolean }) => printPayload(name, options.json),
  );
  // What a person types first, `schema result`, comes here too.
  withJson(
    schema.command("list", { isDefault: true }).description("the names of all schemas").argument("[NAME]"),
  ).action((name: string | undefined, options: { json: boolean }) =>
    name === undefined ? printList(options.json) : printPayload(name, options.json),
  );
  return schema;
}

function print(document: unknown, isOneLine: boolean): void {
  if (isOneLine) printJson(document);
  else printPrettyJson(document);
}

function printPayload(name: string, isOneLine: boolean): void {
  const payload = Object.hasOwn(PAYLOAD_SCHEMAS, name) ? PAYLOAD_SCHEMAS[name] : undefined;
  if (payload !== undefined) {
    print({ ...jsonSchemaOf(payload.schema, payload.topic), $comment: payload.about }, isOneLine);
    return;
  }
  const known = Object.keys(PAYLOAD_SCHEMAS);
  const near = nearestName(name, known);
  const remedy = near === null ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
  process.stderr.write(`isotherm: there is no payload "${name}" (${remedy})\n`);
  process.exitCode = EXIT.usage;
}

function printList(isJson: boolean): void {
  const payloads = Object.entries(PAYLOAD_SCHEMAS).map(([name, { topic, about }]) => ({ name, topic, about }));
  if (isJson) {
    printJson({ schemas: ["config", "package"], payloads });
    return;
  }
  const own = [
    ["config", "", "the configuration"],
    ["package", "", "a package's model.yaml"],
  ];
  printTable(
    ["schema", "topic", "of"],
    [...own, ...payloads.map(({ name, topic, about }) => [`payload ${name}`, topic, about])],
  );
}
