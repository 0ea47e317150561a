// SIGHUP: the running daemon takes a changed configuration and touches only what changed; a wrong one changes nothing.

import { readFile } from "node:fs/promises";
import t, { type Test } from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { AlertDocument, PipelineStateDocument } from "../../src/contract/states.js";
import { BASE, Daemon } from "../support/daemon.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { writeTinyPackage } from "../support/tiny-model.js";

const skip = needsMosquitto;
const light = { inputs: ["cam"], model: "./light" };
const inputs = { cam: { mqtt: { topic: "cam" } } };
const stateOf = (pipeline: string) => `${BASE}/pipeline/${pipeline}/state`;

t.test("a threshold is taken over by the same engine and the same connection", { skip }, async (t) => {
  const { broker, daemon } = await start(t);
  const { watch } = daemon;
  const engine = daemon.enginePid();
  const since = watch.now;
  await daemon.configure({ inputs, pipelines: { light: { ...light, min_score: 0.8 } } });
  daemon.reload();
  await watch.document(stateOf("light"), PipelineStateDocument, ({ min_score }) => min_score === 0.8, since);
  t.equal(daemon.enginePid(), engine, "the engine stayed");
  const statuses = watch.messages.slice(since).filter(({ topic }) => topic === `${BASE}/status`);
  t.same(statuses, [], "the connection stayed");

  await broker.publish("cam", await evenPicture(0.6));
  const result = await watch.document(`${BASE}/result/cam/light`, ResultDocument, () => true, since);
  t.same("classes" in result ? result.classes.map(({ label }) => label) : null, ["bright"]);
});

t.test("an input's topic and rate are taken over by the same engine", { skip }, async (t) => {
  const { broker, daemon } = await start(t);
  const { watch } = daemon;
  const engine = daemon.enginePid();
  await daemon.configure({ inputs: { cam: { mqtt: { topic: "other/cam" }, max_fps: 5 } }, pipelines: { light } });
  daemon.reload();
  await daemon.logged(({ event }) => typeof event === "string" && event.includes("reload"));
  // The subscription is not announced anywhere: a picture goes out until one is answered.
  const answer = watch.document(`${BASE}/result/cam/light`, ResultDocument);
  const picture = await evenPicture(1);
  let answered = false;
  void answer.then(() => {
    answered = true;
  });
  while (!answered) await broker.publish("other/cam", picture);
  t.match(await answer, { input: "cam", pipeline: "light" });
  t.equal(daemon.enginePid(), engine);
});

t.test(
  "a pipeline that is new runs, one that is gone takes its documents along, the rest goes on",
  { skip },
  async (t) => {
    const { broker, daemon } = await start(t);
    const { watch } = daemon;
    let since = watch.now;
    await daemon.configure({ inputs, pipelines: { light, extra: { inputs: ["cam"], model: "./second" } } });
    daemon.reload();
    await watch.document(stateOf("extra"), PipelineStateDocument, ({ state }) => state === "running", since);
    await broker.publish("cam", await evenPicture(1));
    await watch.document(`${BASE}/result/cam/extra`, ResultDocument, () => true, since);
    await watch.document(`${BASE}/result/cam/light`, ResultDocument, () => true, since);
    await watch.until(`${BASE}/state/cam/extra`, () => true, since);

    since = watch.now;
    await daemon.configure({ inputs, pipelines: { light } });
    daemon.reload();
    const isGone = (message: { payload: Buffer }) => message.payload.length === 0;
    await watch.until(stateOf("extra"), isGone, since);
    await watch.until(`${BASE}/state/cam/extra`, isGone, since);
    await broker.publish("cam", await evenPicture(0));
    await watch.document(`${BASE}/result/cam/light`, ResultDocument, () => true, since);
    const late = await broker.subscribe([stateOf("extra"), `${BASE}/state/cam/extra`, `${BASE}/status`]);
    t.equal((await late.next()).topic, `${BASE}/status`, "nothing of it is retained any more");
  },
);

t.test(
  "a wrong configuration keeps the old one and says every error; a right one clears the alert",
  { skip },
  async (t) => {
    const { broker, daemon } = await start(t);
    const { watch } = daemon;
    const engine = daemon.enginePid();
    const text = await readFile(daemon.configPath, "utf8");
    await daemon.configure(text.replace('"inputs"', '"inptus"').replace('"pipelines"', '"pipeline"'));
    daemon.reload();
    const raised = await nextAlert(daemon);
    t.match(raised.alert.where, /config\.yaml:\d+:\d+/, "with its place");
    t.match(`${raised.alert.what} ${raised.alert.remedy}`, /inptus|inputs/);

    const since = watch.now;
    await broker.publish("cam", await evenPicture(1));
    await watch.document(`${BASE}/result/cam/light`, ResultDocument, () => true, since);
    t.equal(daemon.enginePid(), engine, "nothing was touched");

    await daemon.configure(text);
    daemon.reload();
    await watch.until(raised.topic, ({ payload }) => payload.length === 0, since);
  },
);

async function nextAlert(daemon: Daemon): Promise<{ topic: string; alert: AlertDocument }> {
  const line = await daemon.watch.first(
    ({ topic, payload }) => topic.startsWith(`${BASE}/alert/`) && payload.length > 0,
  );
  return { topic: line.topic, alert: AlertDocument.parse(JSON.parse(line.payload.toString("utf8"))) };
}

async function start(t: Test): Promise<{ broker: Mosquitto; daemon: Daemon }> {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const daemon = await Daemon.start(t, broker, {
    config: { inputs, pipelines: { light } },
    prepare: async (directory) => {
      await writeTinyPackage(directory, "light");
      await writeTinyPackage(directory, "second", [{ name: "only", gain: 4 }]);
    },
  });
  return { broker, daemon };
}
