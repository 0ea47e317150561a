// The whole daemon where its parts meet at a reload: another package version, another link, and an end in the middle of it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { AlertDocument, InfoDocument, PipelineStateDocument } from "../../src/contract/states.js";
import { BASE, Daemon } from "../support/daemon.js";
import { Feeder } from "../support/feeder.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { writeTinyPackage } from "../support/tiny-model.js";
import { Watch } from "../support/watch.js";

const skip = needsMosquitto;
const inputs = { cam: { mqtt: { topic: "cam" } } };
const pipelines = { light: { inputs: ["cam"], model: "./light" } };
const RESULT = `${BASE}/result/cam/light`;
const STATE = `${BASE}/pipeline/light/state`;

t.test(
  "a new version of a package takes over between two frames: none is lost, and nothing fails on the way",
  { skip },
  async (t) => {
    const { broker, daemon } = await start(t);
    const { watch } = daemon;
    const feeder = new Feeder(broker, "cam");
    t.teardown(() => feeder.close());
    const picture = await evenPicture(1);
    const since = watch.now;
    const manifest = join(daemon.directory, "light", "model.yaml");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace("version: 1.0.0", "version: 1.1.0"));
    daemon.reload();
    const marks: string[] = [];
    const versions: string[] = [];
    // Closed loop: the next picture goes out when the one before was answered, so that latest-wins has nothing to drop.
    while (versions.at(-1) !== "1.1.0") {
      const mark = feeder.send(picture);
      marks.push(mark);
      const result = await watch.document(RESULT, ResultDocument, ({ frame }) => frame.captured_at === mark, since);
      versions.push(result.model.version);
    }
    const answered = watch.documents(RESULT, ResultDocument, since).map(({ frame }) => frame.captured_at);
    t.same(answered, marks, "each frame once, in order");
    t.equal(versions[0], "1.0.0", "the old one answered while the new one came up");
    const states = watch.documents(STATE, PipelineStateDocument, since).map(({ state }) => state);
    t.ok(
      states.every((state) => state === "running"),
      states.join(" "),
    );
    t.same(
      watch.messages.slice(since).filter(({ topic }) => topic.includes("/alert/")),
      [],
    );
  },
);

t.test(
  "another client id at the same broker: `online` has the last word, and nothing is taken away in between",
  { skip },
  async (t) => {
    const { broker, daemon } = await start(t);
    const { watch } = daemon;
    await broker.publish("cam", await evenPicture(1));
    await watch.until(`${BASE}/state/cam/light`);
    const since = watch.now;
    await daemon.configure({ inputs, pipelines, mqtt: { client_id: "another" } });
    daemon.reload();
    await watch.until(`${BASE}/status`, ({ payload }) => payload.toString() === "online", since);
    await broker.publish("cam", await evenPicture(0));
    await watch.until(RESULT, () => true, since);
    const heard = watch.messages.slice(since);
    t.same(
      heard.filter(({ topic }) => topic === `${BASE}/status`).map(({ payload }) => payload.toString()),
      ["offline", "online"],
    );
    t.same(
      heard.filter(({ payload }) => payload.length === 0),
      [],
    );
  },
);

t.test("under another base topic everything stands anew, and nothing is left of the old one", { skip }, async (t) => {
  const { broker, daemon } = await start(t);
  await broker.publish("cam", await evenPicture(1));
  await daemon.watch.until(`${BASE}/state/cam/light`);
  const moved = await Watch.open(broker, ["vision/test/#"]);
  await daemon.configure({ inputs, pipelines, mqtt: { base_topic: "vision" } });
  daemon.reload();
  await moved.until("vision/test/status", ({ payload }) => payload.toString() === "online");
  await moved.document("vision/test/pipeline/light/state", PipelineStateDocument, ({ state }) => state === "running");
  await broker.publish("cam", await evenPicture(1));
  await moved.until("vision/test/state/cam/light");
  const late = await Watch.open(broker, [`${BASE}/#`, "vision/test/status"]);
  await late.until("vision/test/status");
  t.same(
    late.messages.map(({ topic }) => topic),
    ["vision/test/status"],
  );
});

t.test("to a new broker while the old one is gone", { skip }, async (t) => {
  const { broker, daemon } = await start(t);
  const second = await Mosquitto.start();
  t.teardown(() => second.stop());
  await broker.kill();
  const there = await Watch.open(second, [`${BASE}/#`, "homeassistant/#"]);
  await daemon.configure({ inputs, pipelines, mqtt: { url: second.url } });
  daemon.reload();
  await there.until(`${BASE}/status`, ({ payload }) => payload.toString() === "online");
  await there.document(STATE, PipelineStateDocument, ({ state }) => state === "running");
  await there.first(({ topic }) => topic.startsWith("homeassistant/device/"), 0, "discovery");
  await second.publish("cam", await evenPicture(1));
  await there.document(RESULT, ResultDocument);
});

t.test(
  "a stop that comes with a reload, and one whose broker and engine are frozen, end in order",
  { skip },
  async (t) => {
    const { broker, daemon } = await start(t);
    await daemon.configure({ inputs, pipelines, telemetry: { every: "5s" }, mqtt: { client_id: "another" } });
    daemon.reload();
    t.match(await daemon.stop(), { code: 0 });
    const since = daemon.watch.now;
    await daemon.startAgain();
    await daemon.running(since);
    broker.freeze();
    // SIGSTOP: it neither answers nor ends when it is asked to.
    process.kill(daemon.enginePid(), "SIGSTOP");
    t.match(await daemon.stop(), { code: 0 });
    broker.thaw();
  },
);

t.test("what left the configuration while the daemon was off is taken away at the next start", { skip }, async (t) => {
  const { broker, daemon } = await start(t);
  const { watch } = daemon;
  await broker.publish("cam", await evenPicture(1));
  await watch.until(`${BASE}/state/cam/light`);
  t.match(await daemon.stop(), { code: 0 });
  const since = watch.now;
  await daemon.configure({ inputs: { yard: { mqtt: { topic: "yard" } } }, pipelines: {} });
  await daemon.startAgain();
  const isGone = ({ payload }: { payload: Buffer }) => payload.length === 0;
  for (const level of ["pipeline/light/state", "state/cam/light", "input/cam/status"])
    await watch.until(`${BASE}/${level}`, isGone, since);
});

t.test(
  "info is told once a session and once more when the engine is ready; each alert of a bad reload clears",
  { skip },
  async (t) => {
    const { daemon } = await start(t);
    const { watch } = daemon;
    await watch.document(
      `${BASE}/info`,
      InfoDocument,
      ({ models, runtime }) => models.length === 1 && runtime !== null,
    );
    const texts = watch.messages
      .filter(({ topic }) => topic === `${BASE}/info`)
      .map(({ payload }) => payload.toString());
    t.equal(new Set(texts).size, texts.length, "none twice");
    const since = watch.now;
    await daemon.configure({ inputs, pipelines, node: { id: "another" } });
    daemon.reload();
    const alert = await watch.document(`${BASE}/alert/config-rejected`, AlertDocument, () => true, since);
    t.match(alert, { where: /config\.yaml:\d+/, remedy: /restart/ });
    await daemon.configure({ inputs, pipelines });
    daemon.reload();
    await watch.until(`${BASE}/alert/config-rejected`, ({ payload }) => payload.length === 0, since);
  },
);

async function start(t: Test): Promise<{ broker: Mosquitto; daemon: Daemon }> {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const daemon = await Daemon.start(t, broker, {
    config: { inputs, pipelines },
    prepare: async (directory) => void (await writeTinyPackage(directory, "light")),
  });
  return { broker, daemon };
}
