// `isotherm ha`, as a person runs it: what would be announced, and taking it away from a real broker.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { runIsotherm } from "../support/isotherm.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { writeTinyPackage } from "../support/tiny-model.js";
import { ruleBreaks } from "./ha-rules.js";

async function surroundings(folder: string, url: string, model = "tiny"): Promise<string> {
  await writeTinyPackage(folder, "tiny", [
    { name: "steep", gain: 20 },
    { name: "flat", gain: 1 },
  ]);
  const config = join(folder, "config.yaml");
  writeFileSync(
    config,
    `version: 1
node: { id: workshop, name: Workshop board, data_dir: ${folder} }
mqtt: { url: "${url}" }
inputs:
  porch: { mqtt: { topic: cameras/porch/jpeg } }
  cams: { mqtt: { topic: cameras/+/raw } }
pipelines:
  light: { inputs: [porch, cams], model: ./${model} }
`,
  );
  return config;
}

t.test("preview prints the document and announces nothing", async (t) => {
  const folder = t.testdir();
  // Nobody listens there: a preview needs no broker.
  const config = await surroundings(folder, "mqtt://localhost:1");

  const run = await runIsotherm(["ha", "preview", "--json", "--config", config]);

  t.match(run, { code: 0, stderr: /cameras\/\+\/raw.*first frame/ });
  const { topic, retain, payload } = JSON.parse(run.stdout);
  t.match({ topic, retain }, { topic: "homeassistant/device/isotherm_workshop/config", retain: true });
  t.same(ruleBreaks(payload), []);
  t.match(payload.components["reading.light.porch.main"], {
    name: "Light porch",
    default_entity_id: "sensor.workshop_light_porch",
  });
  t.same(payload.components["pipeline.light.variant"].options, ["auto", "steep", "flat"]);
  const text = await runIsotherm(["ha", "preview", "--config", config]);
  t.same(JSON.parse(text.stdout.slice(text.stdout.indexOf("\n"))), payload, "the same, for people");
});

t.test("a package that can't be read is told; the rest is shown", async (t) => {
  const config = await surroundings(t.testdir(), "mqtt://localhost:1", "tyni");
  const run = await runIsotherm(["ha", "preview", "--json", "--config", config]);
  t.match(run, { code: 1, stderr: /tyni/ });
  t.ok(JSON.parse(run.stdout).payload.components["pipeline.light.enabled"]);
});

t.test("clear takes the retained document away from the broker", { skip: needsMosquitto }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const config = await surroundings(t.testdir(), broker.url);
  const topic = "homeassistant/device/isotherm_workshop/config";
  await broker.publish(topic, "{}", { retain: true, qos: 1 });
  await broker.publish("homeassistant/device/other/config", "{}", { retain: true, qos: 1 });

  const run = await runIsotherm(["ha", "clear", "--json", "--config", config]);

  t.match(run, { code: 0, stderr: "" });
  t.same(JSON.parse(run.stdout), { ok: true, cleared: [topic] });
  t.same(await retainedTopics(broker), ["homeassistant/device/other/config"]);
});

t.test("without a broker, clear fails with what mends it", async (t) => {
  const config = await surroundings(t.testdir(), "mqtt://localhost:1");
  t.match(await runIsotherm(["ha", "clear", "--config", config]), { code: 1, stdout: "", stderr: /mqtt\.url/ });
});

/** What the broker keeps below the discovery prefix: all that comes before a message that is sent after the subscription. */
async function retainedTopics(broker: Mosquitto): Promise<string[]> {
  const subscription = await broker.subscribe("homeassistant/#");
  await broker.publish("homeassistant/end", "end", { qos: 1 });
  await subscription.next("homeassistant/end");
  return subscription.messages.filter(({ retained }) => retained).map(({ topic }) => topic);
}
