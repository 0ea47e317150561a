// The commands that ask a running daemon over its broker, as a person at another terminal would.

import t from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { PipelineStateDocument } from "../../src/contract/states.js";
import { BASE, Daemon } from "../support/daemon.js";
import { runIsotherm } from "../support/isotherm.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { writeTinyPackage } from "../support/tiny-model.js";

const skip = needsMosquitto;

t.test("check, status, variant and ha preview/clear ask the daemon that runs", { skip }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const daemon = await Daemon.start(t, broker, {
    config: {
      inputs: { cam: { mqtt: { topic: "cam" } } },
      pipelines: { light: { inputs: ["cam"], model: "./light" } },
    },
    prepare: async (directory) => {
      const variants = [
        { name: "steep", gain: 20 },
        { name: "flat", gain: 4 },
      ];
      await writeTinyPackage(directory, "light", variants);
    },
  });
  const { watch } = daemon;
  const isotherm = (...args: string[]) =>
    runIsotherm([...args, "--config", daemon.configPath], { cwd: daemon.directory });

  t.equal((await isotherm("check")).code, 0, "all is well");
  await broker.publish("cam", await evenPicture(1));
  await watch.document(`${BASE}/result/cam/light`, ResultDocument);

  const status = await isotherm("status");
  t.equal(status.code, 0, status.stderr);
  for (const word of ["light", "running", "steep", "cam"]) t.match(status.stdout, word);
  const json = await isotherm("status", "--json");
  t.equal(json.code, 0);
  t.ok(JSON.stringify(JSON.parse(json.stdout)).includes('"running"'));

  t.equal((await isotherm("variant", "light", "flat")).code, 0);
  await watch.document(`${BASE}/pipeline/light/state`, PipelineStateDocument, ({ variant }) => variant === "flat");
  const wrong = await isotherm("variant", "light", "flta");
  t.equal(wrong.code, 1);
  t.match(wrong.stderr, /flat/, "the nearest name");
  t.equal((await isotherm("variant", "light", "auto")).code, 0);

  const preview = await isotherm("ha", "preview");
  t.equal(preview.code, 0, preview.stderr);
  t.match(preview.stdout, "homeassistant/device/");
  const since = watch.now;
  t.equal((await isotherm("ha", "clear")).code, 0);
  await watch.first(
    ({ topic, payload }) => topic.startsWith("homeassistant/device/") && payload.length === 0,
    since,
    "homeassistant/device/…",
  );
});

t.test("where no daemon answers, the commands say what to look at", { skip }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const directory = t.testdir({
    "config.yaml": `version: 1\nnode: { id: nobody, data_dir: ./data }\nmqtt: { url: "${broker.url}" }\ninputs: {}\npipelines: {}\n`,
  });
  const status = await runIsotherm(["status", "--config", `${directory}/config.yaml`], { cwd: directory });
  t.equal(status.code, 1);
  t.match(status.stdout, /never seen/);
});
