// Models that cannot be loaded, each in its own way: that pipeline is `failed` with the reason and the remedy, the others run.

import { copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { AlertDocument, PipelineStateDocument } from "../../src/contract/states.js";
import { BASE, Daemon } from "../support/daemon.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { answersAgain, lightRoom } from "../support/room.js";
import { type Fault, writeTinyPackage } from "../support/tiny-model.js";

const skip = needsMosquitto;
const FAULTS: readonly Fault[] = ["missing", "wrong-digest", "not-onnx", "wrong-shape", "unknown-operator"];
const inputs = { cam: { mqtt: { topic: "cam" } } };

t.test(
  "each faulty model fails its own pipeline, with reason, remedy and alert; the good one runs",
  { skip },
  async (t) => {
    const broker = await Mosquitto.start();
    t.teardown(() => broker.stop());
    const faulty = Object.fromEntries(FAULTS.map((fault) => [fault, { inputs: ["cam"], model: `./${fault}` }]));
    const pipelines = {
      light: { inputs: ["cam"], model: "./light" },
      ...faulty,
      "no-package": { inputs: ["cam"], model: "./nothing-here" },
      "no-manifest": { inputs: ["cam"], model: "./empty" },
    };
    const daemon = await Daemon.start(t, broker, {
      config: { inputs, pipelines },
      noWait: true,
      prepare: async (directory) => {
        await writeTinyPackage(directory, "light");
        for (const fault of FAULTS) await writeTinyPackage(directory, fault, [{ name: "only", gain: 20, fault }]);
        await writeTinyPackage(directory, "empty");
        await writeFile(join(directory, "empty", "model.yaml"), "isotherm: model/1\nname: Empty\n");
      },
    });
    await daemon.running(0, ["light"]);
    for (const name of [...FAULTS, "no-package", "no-manifest"]) {
      const topic = `${BASE}/pipeline/${name}/state`;
      const state = await daemon.watch.document(topic, PipelineStateDocument, (one) => one.state === "failed");
      const { trouble } = state;
      t.ok(
        trouble !== null && trouble.what !== "" && trouble.remedy !== "",
        `${name}: ${trouble?.where} ${trouble?.what}`,
      );
      await daemon.watch.document(`${BASE}/alert/pipeline-failed-${name}`, AlertDocument);
    }
    const since = daemon.watch.now;
    await broker.publish("cam", await evenPicture(1));
    await daemon.watch.document(`${BASE}/result/cam/light`, ResultDocument, () => true, since);
  },
);

t.test("a package with one faulty variant runs on the others, and says which is missing", { skip }, async (t) => {
  const room = await lightRoom(t, {
    config: { pipelines: { light: { inputs: ["cam"], model: "./half" } } },
    prepare: async (directory) => {
      const variants = [
        { name: "best", gain: 20, fault: "wrong-digest" },
        { name: "second", gain: 4 },
      ] as const;
      await writeTinyPackage(directory, "half", variants);
    },
  });
  const topic = `${BASE}/pipeline/light/state`;
  const state = await room.daemon.watch.document(topic, PipelineStateDocument, (one) => one.state === "running");
  t.match(state, { variant: "second", decided_by: "engine" });
  t.match(state.reason, /best/);
  t.equal((await answersAgain(room)).model.variant, "second");
});

t.test("a file that was mended is taken by a reload", { skip }, async (t) => {
  const room = await lightRoom(t, {
    noWait: true,
    prepare: async (directory) => {
      await copyFile(join(directory, "light", "only.onnx"), join(directory, "kept.onnx"));
      await rm(join(directory, "light", "only.onnx"));
    },
  });
  const { daemon } = room;
  const topic = `${BASE}/pipeline/light/state`;
  await daemon.watch.document(topic, PipelineStateDocument, (one) => one.state === "failed");
  await copyFile(join(daemon.directory, "kept.onnx"), join(daemon.directory, "light", "only.onnx"));
  const since = daemon.watch.now;
  daemon.reload();
  await daemon.watch.document(topic, PipelineStateDocument, (one) => one.state === "running", since);
  await daemon.watch.until(`${BASE}/alert/pipeline-failed-light`, ({ payload }) => payload.length === 0, since);
  await answersAgain(room);
});
