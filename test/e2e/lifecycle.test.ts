// How the process begins and ends: errors at boot, the end on SIGTERM, what the broker says after a kill.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { BASE, Daemon, gone } from "../support/daemon.js";
import { Feeder } from "../support/feeder.js";
import { runIsotherm } from "../support/isotherm.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { writeTinyPackage } from "../support/tiny-model.js";

const skip = needsMosquitto;

t.test("a configuration with three errors ends the boot with 78 and all three, each with its line", async (t) => {
  const directory = t.testdir();
  const path = join(directory, "config.yaml");
  await writeFile(
    path,
    `version: 1
mqtt: { url: "mqtt://localhost:1" }
inputs:
  porch:
    mqtt: { topic: cam }
    stale_after: 30 parsecs
pipelines:
  people:
    inputs: [proch]
    modell: person-detector
`,
  );
  const run = await runIsotherm(["run", "--config", path], { cwd: directory });
  t.equal(run.code, 78);
  for (const place of ["config.yaml:6:", "config.yaml:9:", "config.yaml:10:"]) t.match(run.stderr, place);
  t.match(run.stderr, /porch/, "the nearest input");
  t.match(run.stderr, /model/, "the nearest key");
  t.equal(run.stdout, "");

  const check = await runIsotherm(["check", "--config", path], { cwd: directory });
  t.equal(check.code, 78, "`check` says the same");
});

t.test("a file that is not there, and one that is no YAML, end with 78", async (t) => {
  const directory = t.testdir({ "config.yaml": "inputs: [\n" });
  for (const name of ["none.yaml", "config.yaml"]) {
    const run = await runIsotherm(["run", "--config", join(directory, name)], { cwd: directory });
    t.equal(run.code, 78, name);
    t.match(run.stderr, name);
  }
});

t.test("a second daemon on the same data directory is refused, and the first goes on", { skip }, async (t) => {
  const { daemon } = await start(t);
  const second = await runIsotherm(["run", "--config", daemon.configPath], { cwd: daemon.directory });
  t.equal(second.code, 1, "not 78: after the end of the other one, starting again mends it");
  t.match(second.stderr, /another isotherm works in .*data \(.*data_dir/);
  t.ok(daemon.isAlive);
});

t.test("SIGTERM under load ends with 0, and `offline` stays at the broker", { skip }, async (t) => {
  const { broker, daemon } = await start(t);
  const engine = daemon.enginePid();
  const feeder = new Feeder(broker, "cam");
  t.teardown(() => feeder.close());
  const picture = await evenPicture(1, "jpeg", [640, 480]);
  for (let i = 0; i < 50; i++) feeder.send(picture);
  await daemon.watch.document(`${BASE}/result/cam/light`, ResultDocument);
  t.same(await daemon.stop(), { code: 0, signal: null });
  await gone(engine);
  const late = await broker.subscribe(`${BASE}/status`);
  t.match(await late.next(), { payload: Buffer.from("offline"), retained: true });
});

t.test("SIGTERM while a model is loading, and twice, ends with 0 as well", { skip }, async (t) => {
  const { daemon } = await start(t, true);
  await daemon.watch.until(`${BASE}/status`, ({ payload }) => payload.toString() === "online");
  daemon.kill("SIGTERM");
  daemon.kill("SIGTERM");
  t.same(await daemon.exit(), { code: 0, signal: null });
});

t.test(
  "the broker says `offline` for a daemon that was killed, and its engine does not outlive it",
  { skip },
  async (t) => {
    const { daemon } = await start(t);
    const engine = daemon.enginePid();
    const since = daemon.watch.now;
    daemon.kill("SIGKILL");
    await daemon.watch.until(`${BASE}/status`, ({ payload }) => payload.toString() === "offline", since);
    await gone(engine);

    const again = daemon.watch.now;
    await daemon.startAgain();
    await daemon.running(again);
  },
);

async function start(t: Test, noWait = false): Promise<{ broker: Mosquitto; daemon: Daemon }> {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const daemon = await Daemon.start(t, broker, {
    noWait,
    config: {
      inputs: { cam: { mqtt: { topic: "cam" } } },
      pipelines: { light: { inputs: ["cam"], model: "./light" } },
    },
    prepare: async (directory) => void (await writeTinyPackage(directory, "light")),
  });
  return { broker, daemon };
}
