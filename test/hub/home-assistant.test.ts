// The discovery documents: golden ones (test/golden/hub: <case>.json is the input, <case>.expected.json what is announced; rewritten by
// ISOTHERM_UPDATE_GOLDEN=1, and the diff is read), checked against Home Assistant's own rules; and what happens over time.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { z } from "zod";
import { Task } from "../../src/contract/manifest.js";
import {
  announcedLabels,
  describeHub,
  type HubDescription,
  type HubPipelinePlan,
  MAX_LABELS_UNASKED,
  titleOf,
} from "../../src/hub/describe.js";
import {
  clearMessages,
  homeAssistantDocument,
  homeAssistantMessages,
  MAX_ENTITIES,
} from "../../src/hub/home-assistant/device.js";
import { readDocument } from "../../src/hub/home-assistant/former.js";
import { REPOSITORY } from "../support/shared-data.js";
import { ruleBreaks } from "./ha-rules.js";

const GOLDEN = join(REPOSITORY, "test", "golden", "hub");

const Case = z.strictObject({
  about: z.string(),
  inputs: z.record(
    z.string(),
    z.strictObject({ mqtt: z.strictObject({ topic: z.string() }), stale_after: z.number() }),
  ),
  names: z.array(z.string()),
  pipelines: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      manifest: z.strictObject({ task: Task }).nullable(),
      labels: z.array(z.string()),
      value: z
        .strictObject({
          name: z.string(),
          unit: z.string().nullable(),
          min: z.number().nullable(),
          max: z.number().nullable(),
        })
        .nullable(),
      candidates: z.strictObject({ variants: z.array(z.strictObject({ variant: z.string() })) }),
      settings: z.strictObject({
        inputs: z.array(z.string()),
        labels: z.array(z.string()).optional(),
        publish: z.strictObject({ events: z.boolean(), image: z.boolean(), heartbeat: z.number() }),
      }),
    }),
  ),
});
type Case = z.infer<typeof Case>;

const NODE = {
  id: "workshop",
  name: "Workshop board",
  version: "0.1.0",
  board: "Raspberry Pi 5 Model B Rev 1.0",
  prefix: "homeassistant",
  baseTopic: "isotherm",
};

function readCase(name: string): Case {
  return Case.parse(JSON.parse(readFileSync(join(GOLDEN, `${name}.json`), "utf8")));
}

function describe({ inputs, pipelines, names }: Case): HubDescription {
  return describeHub(NODE, inputs, pipelines, names);
}

interface Announced {
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function announced(description: HubDescription, former?: string): Announced {
  const [message] = homeAssistantMessages(description, former === undefined ? undefined : readDocument(former));
  return JSON.parse(String(message?.payload));
}

/** The plan of one pipeline of a case, changed. */
function changed(name: string, change: (plan: HubPipelinePlan) => HubPipelinePlan): HubDescription {
  const golden = readCase(name);
  return describeHub(NODE, golden.inputs, golden.pipelines.map(change), golden.names);
}

const CASES = readdirSync(GOLDEN)
  .filter((file) => file.endsWith(".json") && !file.endsWith(".expected.json"))
  .map((file) => file.replace(/\.json$/, ""));

for (const name of CASES) {
  t.test(`${name}: announced as expected, and by Home Assistant's rules`, async (t) => {
    const [message] = homeAssistantMessages(describe(readCase(name)));
    const document = JSON.parse(String(message?.payload));
    const path = join(GOLDEN, `${name}.expected.json`);
    if (process.env.ISOTHERM_UPDATE_GOLDEN === "1") writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);

    t.same(document, JSON.parse(readFileSync(path, "utf8")));
    t.same(ruleBreaks(document), []);
    t.match(message, { topic: "homeassistant/device/isotherm_workshop/config", qos: 1, retain: true });
  });
}

t.test("Home Assistant shows the names that people expect", async (t) => {
  const { components } = announced(describe(readCase("gauge")));
  t.match(components["reading.pressure.boiler.main"], {
    name: "Boiler pressure",
    default_entity_id: "sensor.workshop_pressure",
    unit_of_measurement: "bar",
    device_class: "pressure",
    suggested_display_precision: 2,
  });
  t.equal(titleOf("step_count"), "Step count");
  t.equal(titleOf("PH of the pool"), "PH of the pool");
});

t.test("a new title changes names and nothing that Home Assistant knows the entity by", async (t) => {
  const ids = (description: HubDescription) =>
    Object.entries(announced(description).components).map(([id, component]) => [
      id,
      component.unique_id,
      component.default_entity_id,
    ]);
  const renamed = changed("detector", (plan) => ({ ...plan, title: "Everyone" }));
  t.same(ids(renamed), ids(describe(readCase("detector"))));
});

t.test("a detector of 80 classes gives 80 entities to nobody who did not list them", async (t) => {
  const labels = Array.from({ length: 80 }, (_, i) => `thing ${i}`);
  t.same(announcedLabels(undefined, labels), []);
  t.equal(announcedLabels(undefined, labels.slice(0, MAX_LABELS_UNASKED)).length, MAX_LABELS_UNASKED);
  t.same(announcedLabels(["thing 3"], labels), ["thing 3"]);
  const many = changed("detector", (plan) => ({ ...plan, labels, settings: { ...plan.settings, labels: undefined } }));
  const { components } = announced(many);
  t.notOk(Object.keys(components).some((id) => id.includes("thing")));
  t.match(components["reading.people.porch.main"], { json_attributes_template: /counts/ });
});

t.test("labels in any script give entities of their own", async (t) => {
  const labels = ["人", "犬", "Ärger", "Arger", "a.b", "a b"];
  const { components } = announced(
    changed("detector", (plan) => ({ ...plan, settings: { ...plan.settings, labels } })),
  );
  const present = Object.entries(components).filter(
    ([id, { platform }]) => id.startsWith("reading.people.porch") && platform === "binary_sensor",
  );
  t.equal(present.length, labels.length);
});

t.test("what is announced no more is taken away once, with its platform alone", async (t) => {
  const before = JSON.stringify(announced(describe(readCase("detector"))));
  const without = changed("detector", (plan) => ({
    ...plan,
    settings: { ...plan.settings, publish: { ...plan.settings.publish, image: false } },
  }));
  const during = announced(without, before);
  t.same(during.components["reading.people.porch.image"], { platform: "image" });
  t.same(ruleBreaks(during as never), []);
  const after = announced(without, JSON.stringify(during));
  t.notOk(Object.hasOwn(after.components, "reading.people.porch.image"), "and then forgotten");

  const golden = readCase("detector");
  const gone = announced(describeHub(NODE, golden.inputs, [], []), before);
  t.same(gone.components["pipeline.people.enabled"], { platform: "switch" }, "a pipeline that was removed");
});

t.test("while a package can't be read, its pipeline's entities stay as they were", async (t) => {
  const before = announced(describe(readCase("gauge")));
  const broken = changed("gauge", (plan) => ({ ...plan, manifest: null, value: null, candidates: { variants: [] } }));
  const during = announced(broken, JSON.stringify(before));
  t.same(during.components["reading.pressure.boiler.main"], before.components["reading.pressure.boiler.main"]);
  t.same(during.components["pipeline.pressure.variant"], before.components["pipeline.pressure.variant"]);
});

t.test("inputs that `+` made stay announced over a restart, until their pattern is gone", async (t) => {
  const golden = readCase("wildcard");
  const before = JSON.stringify(announced(describe(golden)));
  const former = readDocument(before);
  t.same([...former.inputs].sort(), ["cams_back", "cams_front"]);
  const restarted = announced(describeHub(NODE, golden.inputs, golden.pipelines, former.inputs), before);
  t.same(restarted, JSON.parse(before));

  const plain = { ...golden.inputs, cams: { mqtt: { topic: "cameras/one/jpeg" }, stale_after: 30_000 } };
  const changedInput = announced(describeHub(NODE, plain, golden.pipelines, former.inputs), before);
  t.same(changedInput.components["reading.people.cams_front.main"], { platform: "sensor" });
  t.match(changedInput.components["reading.people.cams.main"], { platform: "sensor", name: /count/ });
});

t.test("the document is bounded: controls and main readings stay, what is missed least is left out", async (t) => {
  const golden = readCase("wildcard");
  const names = Array.from({ length: 200 }, (_, i) => `cams_c${i}`);
  const document = homeAssistantDocument(describeHub(NODE, golden.inputs, golden.pipelines, names));
  const { components } = JSON.parse(String(document.message.payload));
  t.equal(Object.keys(components).length, MAX_ENTITIES);
  t.ok(document.leftOut > 0);
  t.ok(components["pipeline.people.enabled"]);
  t.ok(components["reading.people.cams_c199.main"]);
  t.ok(document.message.payload.length < 512 * 1024, "below what any broker is set to refuse");
});

t.test("whatever stands at the discovery topic is read without harm", async (t) => {
  const none = { components: {}, inputs: [] };
  for (const payload of [
    "",
    "{",
    "[]",
    "null",
    '{"components":3}',
    '{"components":{"a":{"platform":"vacuum"}}}',
    new Uint8Array([0xff]),
  ]) {
    t.same(readDocument(payload), none, String(payload));
  }
  t.same(readDocument("x".repeat(5 * 1024 * 1024)), none);
});

t.test("clear takes the document away", async (t) => {
  t.same(clearMessages("homeassistant", "workshop"), [
    { topic: "homeassistant/device/isotherm_workshop/config", payload: "", qos: 1, retain: true },
  ]);
});
