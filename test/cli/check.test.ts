// `isotherm check`, as a person runs it before the first start: everything that is wrong, at its place, with what mends it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { runIsotherm } from "../support/isotherm.js";
import { freePort, Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { writeTinyPackage } from "../support/tiny-model.js";

async function check(t: Test, config: string, ...args: string[]) {
  const folder = t.testdir();
  await writeTinyPackage(folder, "light", [
    { name: "steep", gain: 20 },
    { name: "flat", gain: 4 },
  ]);
  await writeTinyPackage(folder, "broken", [
    { name: "gone", gain: 1, fault: "missing" },
    { name: "other", gain: 1, fault: "wrong-digest" },
  ]);
  const path = join(folder, "config.yaml");
  writeFileSync(path, config);
  return runIsotherm(["check", "--config", path, ...args], { cwd: folder });
}

const head = (url: string) => `version: 1
node: { id: test, data_dir: . }
mqtt: { url: "${url}" }
inputs:
  cam: { mqtt: { topic: cam } }
`;

t.test("what is well is said part by part, and the exit code is 0", { skip: needsMosquitto }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const config = `${head(broker.url)}pipelines:\n  a: { inputs: [cam], model: ./light }\n  b: { inputs: [cam], model: ./light }\n`;
  const run = await check(t, config);
  t.match(run, { code: 0, stderr: "" });
  t.match(
    run.stdout,
    /^ok {2}configuration .*config\.yaml\n(ok {2}model light@1\.0\.0:(steep|flat)\n){2}ok {2}broker .*MQTT 5/,
  );
  const json = await check(t, config, "--json");
  t.match(JSON.parse(json.stdout), { ok: true, troubles: [] });
});

t.test(
  "models that are missing or not what the manifest promises, and a broker that is away: all at once",
  async (t) => {
    const nobody = `mqtt://localhost:${await freePort()}`;
    const run = await check(t, `${head(nobody)}pipelines:\n  a: { inputs: [cam], model: ./broken }\n`);
    t.equal(run.code, 1);
    t.match(run.stderr, /gone\.onnx/);
    t.match(run.stderr, /sha256/);
    t.match(run.stderr, nobody.slice("mqtt://".length));
    t.equal(run.stderr.trim().split("\n").length, 3, run.stderr);
    for (const line of run.stderr.trim().split("\n")) t.match(line, /: .+ \(.+\)$/, "what, and what mends it");
  },
);

t.test("a package's trouble is named once however many pipelines share it, a pipeline's own at its line", async (t) => {
  const nobody = `mqtt://localhost:${await freePort()}`;
  const config = `${head(nobody)}pipelines:
  a: { inputs: [cam], model: ./lihgt }
  b: { inputs: [cam], model: ./lihgt }
  c:
    inputs: [cam]
    model: ./light
    labels: [brihgt]
`;
  const { code, stderr } = await check(t, config);
  t.equal(code, 1);
  const lines = stderr.trim().split("\n");
  t.equal(lines.filter((line) => line.includes("lihgt")).length, 1, stderr);
  t.match(stderr, /config\.yaml:12:.*brihgt.*"bright"/);
});

t.test("a wrong configuration ends with 78 and every error, as text and as JSON", async (t) => {
  const config = `${head("mqtt://localhost")}pipelines:\n  a: { inputs: [cma], modle: ./light }\n`;
  const text = await check(t, config);
  t.equal(text.code, 78);
  t.match(text.stderr, /config\.yaml:7:\d+: .*cma/);
  t.match(text.stderr, /modle/);
  const json = await check(t, config, "--json");
  t.equal(json.code, 78);
  const document = JSON.parse(json.stdout);
  t.equal(document.ok, false);
  t.ok(document.troubles.length >= 2);
});
