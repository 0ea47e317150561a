// What a changed configuration makes anew.

import t from "tap";
import { type ConfigChange, configChange } from "../../src/config/change.js";
import { configFromObject } from "../../src/config/load.js";
import type { Config } from "../../src/config/schema/config.js";

const BEFORE = {
  version: 1,
  node: { id: "workshop", data_dir: "/data" },
  mqtt: { url: "mqtt://h" },
  inputs: { porch: { mqtt: { topic: "porch" } }, yard: { mqtt: { topic: "yard" } } },
  pipelines: { people: { inputs: ["porch"], model: "m" }, cars: { inputs: ["yard"], model: "m" } },
};

const NOTHING: ConfigChange = {
  mqtt: false,
  hub: false,
  engine: false,
  inputs: false,
  pipelines: [],
  log: false,
  telemetry: false,
  node: false,
};

function configOf(written: object): Config {
  const config = configFromObject(written, {});
  if (!config.ok) throw new Error(JSON.stringify(config.troubles));
  return config.value;
}

function changeTo(sections: object): ConfigChange {
  return configChange(configOf(BEFORE), configOf({ ...BEFORE, ...sections }));
}

t.test("the same configuration changes nothing, also where a default is written out", async (t) => {
  t.strictSame(changeTo({}), NOTHING);
  t.strictSame(changeTo({ log: { level: "info" }, telemetry: { every: 10_000 } }), NOTHING);
});

t.test("each section touches what depends on it and nothing else", async (t) => {
  t.strictSame(changeTo({ log: { level: "debug" } }), { ...NOTHING, log: true });
  t.strictSame(changeTo({ telemetry: { every: "1min" } }), { ...NOTHING, telemetry: true });
  t.strictSame(changeTo({ engine: { threads: 1 } }), { ...NOTHING, engine: true });
  t.strictSame(changeTo({ home_assistant: { prefix: "ha" } }), { ...NOTHING, hub: true });
  t.strictSame(changeTo({ mqtt: { url: "mqtt://other" } }), { ...NOTHING, mqtt: true, hub: true });
});

t.test("a new id means other topics and another will, a new name only other words", async (t) => {
  t.strictSame(changeTo({ node: { id: "attic", name: "workshop", data_dir: "/data" } }), {
    ...NOTHING,
    mqtt: true,
    hub: true,
    node: true,
  });
  t.strictSame(changeTo({ node: { id: "workshop", name: "Workshop", data_dir: "/data" } }), {
    ...NOTHING,
    hub: true,
    node: true,
  });
});

t.test("only the pipelines that were added, removed or changed are named", async (t) => {
  const { people, cars } = BEFORE.pipelines;
  const pipelines = (written: object) => changeTo({ pipelines: written }).pipelines;
  t.strictSame(pipelines({ people, cars: { ...cars, min_score: 0.5 } }), ["cars"]);
  t.strictSame(pipelines({ people }), ["cars"]);
  t.strictSame(pipelines({ people, cars, constructor: people }), ["constructor"]);
  t.strictSame(pipelines({ cars, people }), [], "their order means nothing");
  t.strictSame(changeTo({ inputs: { ...BEFORE.inputs, line: { mqtt: { topic: "l" } } } }), {
    ...NOTHING,
    inputs: true,
    hub: true,
  });
});
