// The main job as a user meets it: a broker, ten lines of configuration, `isotherm run`, a picture in and an answer out, with
// mosquitto's own clients.

import { existsSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import {
  HubStateDocument,
  InfoDocument,
  InputStatusDocument,
  PipelineStateDocument,
  TelemetryDocument,
} from "../../src/contract/states.js";
import { BASE, Daemon } from "../support/daemon.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture, gaugePicture, type PictureForm } from "../support/pictures.js";
import { REPOSITORY } from "../support/shared-data.js";
import { writeTinyPackage } from "../support/tiny-model.js";

const skip = needsMosquitto;
const gauge = existsSync(join(REPOSITORY, "models/gauge-reader/model.yaml"))
  ? skip
  : "models/gauge-reader is not built";

t.test("the README's ten lines read a gauge", { skip: gauge }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const daemon = await Daemon.start(t, broker, {
    config: {
      inputs: { boiler: { mqtt: { topic: "cameras/boiler/jpeg" } } },
      pipelines: {
        pressure: {
          inputs: ["boiler"],
          model: "gauge-reader",
          value: { name: "Boiler pressure", unit: "bar", min: 0, max: 4 },
        },
      },
    },
  });
  const { watch } = daemon;
  const picture = await gaugePicture(0.51);
  await broker.publish("cameras/boiler/jpeg", picture);

  const result = await watch.document(`${BASE}/result/boiler/pressure`, ResultDocument);
  t.match(result, { node: "test", input: "boiler", pipeline: "pressure", seq: 1 });
  t.match(result.frame, { width: 640, height: 480, bytes: picture.length, captured_at: null });
  t.match(result.model, { name: "gauge-reader", provider: "cpu", degraded: null });
  const [value] = "values" in result ? result.values : [];
  t.match(value, { name: "Boiler pressure", unit: "bar" });
  t.ok(Math.abs((value?.value ?? 0) - 0.51 * 4) < 0.05 * 4, `the needle stands at 2.04 bar, it read ${value?.value}`);

  const state = await watch.document(`${BASE}/state/boiler/pressure`, HubStateDocument);
  const [told = 0] = Object.values(state.values ?? {});
  t.ok(Math.abs(told - (value?.value ?? 0)) < 0.05, `the hub's document says the same, rounded: ${told}`);
  const input = await watch.document(`${BASE}/input/boiler/status`, InputStatusDocument, (s) => s.state === "live");
  t.match(input, { received: 1, bad: 0, dropped: 0 });
});

t.test("whatever form a picture comes in, it is the same picture", { skip }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const { watch } = await startTiny(t, broker, { cam: { mqtt: { topic: "cam" } } });
  const score = async (send: () => Promise<void>): Promise<number> => {
    const since = watch.now;
    await send();
    const result = await watch.document(`${BASE}/result/cam/light`, ResultDocument, () => true, since);
    return "classes" in result ? (result.classes.find(({ label }) => label === "bright")?.score ?? -1) : -1;
  };
  const jpeg = await evenPicture(0.6);
  const expected = 0.88;
  for (const form of ["jpeg", "png", "webp"] as const satisfies PictureForm[]) {
    const got = await score(async () => broker.publish("cam", await evenPicture(0.6, form)));
    t.ok(Math.abs(got - expected) < 0.02, `${form}: ${got}`);
  }
  const base64 = jpeg.toString("base64");
  const texts = {
    base64,
    "a data URL": `data:image/jpeg;base64,${base64}`,
    JSON: JSON.stringify({ image: base64, captured_at: "2026-01-02T03:04:05.000Z" }),
  };
  for (const [form, text] of Object.entries(texts)) {
    const got = await score(() => broker.publish("cam", text));
    t.ok(Math.abs(got - expected) < 0.02, `${form}: ${got}`);
  }
  const captured = watch.documents(`${BASE}/result/cam/light`, ResultDocument).at(-1);
  t.equal(captured?.frame.captured_at, "2026-01-02T03:04:05.000Z", "the sender's time goes through");

  const raw = await evenPicture(0.6, "gray", [20, 10]);
  const userProperties = { format: "gray", width: "20", height: "10", "captured-at": "2026-05-06T07:08:09.000Z" };
  const got = await score(() => broker.publish("cam", raw, { userProperties }));
  t.ok(Math.abs(got - expected) < 0.02, `raw pixels with MQTT 5 properties: ${got}`);
  const last = watch.documents(`${BASE}/result/cam/light`, ResultDocument).at(-1);
  t.match(last?.frame, { width: 20, height: 10, captured_at: "2026-05-06T07:08:09.000Z" });
});

t.test(
  "a pattern makes an input of each topic that fits, and two pipelines look at one picture",
  { skip },
  async (t) => {
    const broker = await Mosquitto.start();
    t.teardown(() => broker.stop());
    const { watch } = await startTiny(
      t,
      broker,
      { cams: { mqtt: { topic: "cams/+/jpeg" } } },
      {
        light: { inputs: ["cams"], model: "./light" },
        second: { inputs: ["cams"], model: "./light" },
      },
    );
    await broker.publish("cams/porch/jpeg", await evenPicture(1));
    await broker.publish("cams/yard/jpeg", await evenPicture(0));
    for (const [input, label] of [
      ["cams_porch", "bright"],
      ["cams_yard", "dark"],
    ] as const) {
      for (const pipeline of ["light", "second"]) {
        const result = await watch.document(`${BASE}/result/${input}/${pipeline}`, ResultDocument);
        t.equal("classes" in result ? result.classes[0]?.label : null, label, `${input} in ${pipeline}`);
      }
    }
  },
);

t.test("what a hub reads at connect stands there in order, and comes again when it asks", { skip }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const { watch } = await startTiny(t, broker, { cam: { mqtt: { topic: "cam" } } });
  const info = await watch.document(`${BASE}/info`, InfoDocument, ({ runtime }) => runtime !== null);
  t.match(info, { node: "test", models: [{ name: "light", version: "1.0.0" }], mqtt: { protocol: "5", tls: false } });
  await watch.document(`${BASE}/telemetry`, TelemetryDocument);
  t.ok(isInOrder(watch.messages), "discovery, states, online");

  const since = watch.now;
  await broker.publish("homeassistant/status", "online");
  await watch.until(`${BASE}/status`, () => true, since);
  t.ok(isInOrder(watch.messages.slice(since)), "the same again");

  // Who comes later finds all of it retained.
  const late = await broker.subscribe([`${BASE}/#`, "homeassistant/#"]);
  const found = new Set<string>();
  while (!found.has(`${BASE}/status`) || !found.has(`${BASE}/pipeline/light/state`) || !hasDiscovery(found)) {
    const message = await late.next();
    t.ok(message.retained, `${message.topic} is retained`);
    found.add(message.topic);
  }
});

t.test("live results are not retained, and a state is", { skip }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const { watch } = await startTiny(t, broker, { cam: { mqtt: { topic: "cam" } } });
  await broker.publish("cam", await evenPicture(1));
  await watch.document(`${BASE}/state/cam/light`, HubStateDocument, (state) => state.class === "bright");

  const late = await broker.subscribe([`${BASE}/result/#`, `${BASE}/state/#`]);
  const first = await late.next();
  t.equal(first.topic, `${BASE}/state/cam/light`);
  t.ok(first.retained);
  t.equal(late.messages.filter(({ topic }) => topic.includes("/result/")).length, 0);
});

t.test("an input that falls silent says so", { skip }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const { watch } = await startTiny(t, broker, { cam: { mqtt: { topic: "cam" }, stale_after: "1s" } });
  await watch.document(`${BASE}/input/cam/status`, InputStatusDocument, ({ state }) => state === "waiting");
  await broker.publish("cam", await evenPicture(1));
  await watch.document(`${BASE}/input/cam/status`, InputStatusDocument, ({ state }) => state === "live");
  await watch.document(`${BASE}/input/cam/status`, InputStatusDocument, ({ state }) => state === "stale");
  const pipeline = watch.documents(`${BASE}/pipeline/light/state`, PipelineStateDocument).at(-1);
  t.equal(pipeline?.state, "running", "which is no trouble of the pipeline");
});

function startTiny(
  t: Parameters<typeof Daemon.start>[0],
  broker: Mosquitto,
  inputs: Record<string, unknown>,
  pipelines: Record<string, unknown> = { light: { inputs: ["cam"], model: "./light" } },
): Promise<Daemon> {
  return Daemon.start(t, broker, {
    config: { inputs, pipelines },
    prepare: async (directory) => void (await writeTinyPackage(directory, "light")),
  });
}

/** By the first of each: later ones are changes. */
function isInOrder(messages: readonly { readonly topic: string }[]): boolean {
  const first = (prefix: string) => messages.findIndex(({ topic }) => topic.startsWith(prefix));
  const discovery = first("homeassistant/device/");
  const state = first(`${BASE}/pipeline/light/state`);
  return discovery >= 0 && discovery < state && state < first(`${BASE}/status`);
}

function hasDiscovery(topics: ReadonlySet<string>): boolean {
  return [...topics].some((topic) => topic.startsWith("homeassistant/device/"));
}
