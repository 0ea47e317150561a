// The generated files: they are what the schemas say, and the reference configuration is one that works.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { z } from "zod";
import { ok } from "../../src/base/result.js";
import { generatedTexts } from "../../src/cli/docs.js";
import { configJsonSchema } from "../../src/config/json-schema.js";
import { loadConfig } from "../../src/config/load.js";
import { referenceYaml } from "../../src/config/reference.js";
import { ConfigSchema } from "../../src/config/schema/config.js";
import { parseYaml } from "../../src/yaml/parse-yaml.js";
import { schemaRows } from "../../src/yaml/schema-rows.js";
import { REPOSITORY } from "../support/shared-data.js";

for (const [path, text] of Object.entries(generatedTexts())) {
  t.test(`${path} is what the schemas say (npm run docs makes it anew)`, async (t) => {
    t.equal(readFileSync(join(REPOSITORY, path), "utf8"), text);
  });
}

t.test("config/isotherm.yaml loads as it is and reads the boiler's gauge", async (t) => {
  const loaded = await loadConfig(join(REPOSITORY, "config", "isotherm.yaml"), {});
  if (!loaded.ok) return t.fail(JSON.stringify(loaded.troubles));
  t.match(loaded.value.config, {
    inputs: { boiler: { mqtt: { topic: "cameras/boiler/jpeg" } } },
    pipelines: { pressure: { inputs: ["boiler"], model: "gauge-reader", value: { unit: "bar", min: 0, max: 4 } } },
  });
  return undefined;
});

t.test("every line of it that is commented out works when the # is removed", async (t) => {
  const text = referenceYaml().replace(/^( *)#(?! |$)/gm, "$1");
  const set = (name: string, value: string) => ({ name, keys: name.split("."), text: value });
  const parsed = parseYaml(text, "isotherm.yaml", ConfigSchema, {
    tags: { secret: (name) => ok(name) },
    // Two examples go with values that are not the default.
    overrides: [set("mqtt.url", "mqtts://localhost:8883"), set("inputs.boiler.encoding", "raw")],
  });
  if (!parsed.ok) return t.fail(JSON.stringify(parsed.troubles, null, 2));
  t.match(parsed.value.value.mqtt, { password: "mqtt_password", keepalive: 30_000 });
  return undefined;
});

t.test("it holds every key of the schema, with a word on each", async (t) => {
  const text = referenceYaml();
  for (const row of schemaRows(ConfigSchema)) {
    const key = row.path.split(".").at(-1);
    t.match(text, new RegExp(`^ *#?${key}:`, "m"), row.path);
    t.not(row.about, "", row.path);
  }
});

t.test("editors are told defaults, units and secrets, and of sections whose keys are all commented out", async (t) => {
  const schema = z.record(z.string(), z.unknown()).parse(configJsonSchema());
  t.match(schema, {
    $schema: "http://json-schema.org/draft-07/schema#",
    required: ["version", "mqtt"],
    additionalProperties: false,
    properties: {
      node: { type: ["object", "null"] },
      mqtt: {
        properties: {
          password: { writeOnly: true, description: /secret/ },
          keepalive: { default: "30s", anyOf: [{ type: "string", pattern: /ms\|s\|min/ }, { type: "number" }] },
          protocol: { default: "auto" },
        },
      },
    },
  });
  const pattern = JSON.stringify(schema).match(/"pattern":"(\^[^"]*ms\|s\|min[^"]*)"/)?.[1] ?? "";
  const duration = new RegExp(JSON.parse(`"${pattern}"`));
  for (const right of ["5s", "1.5h", "500ms"]) t.match(right, duration);
  for (const wrong of ["5", "s", "-5s", "5 seconds"]) t.notMatch(wrong, duration);
});
