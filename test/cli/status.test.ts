// `isotherm status`: what the broker holds about a node, read by a person or a program.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { runIsotherm } from "../support/isotherm.js";
import { freePort, Mosquitto, needsMosquitto } from "../support/mosquitto.js";

const skip = needsMosquitto;

function status(t: Test, url: string, ...args: string[]) {
  const path = join(t.testdir(), "config.yaml");
  writeFileSync(path, `version: 1\nnode: { id: shed, name: Shed, data_dir: . }\nmqtt: { url: "${url}" }\n`);
  return runIsotherm(["status", "--config", path, ...args]);
}

async function withDocuments(t: Test, documents: Readonly<Record<string, unknown>>): Promise<string> {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  for (const [level, document] of Object.entries(documents)) {
    const payload = typeof document === "string" ? document : JSON.stringify(document);
    await broker.publish(`isotherm/shed/${level}`, payload, { retain: true });
  }
  return broker.url;
}

const pipeline = {
  schema: "isotherm.pipeline/1",
  pipeline: "people",
  state: "failed",
  enabled: true,
  variant: null,
  provider: null,
  fps: 0,
  latency_ms: { p50: null, p95: null },
  reason: "no variant runs",
  trouble: { code: "model-file-missing", where: "model.yaml:3", what: "there is no file", remedy: "copy it" },
};

t.test("a node that is online ends with 0, and what is wrong with it stands there", { skip }, async (t) => {
  const url = await withDocuments(t, {
    status: "online",
    info: { version: "0.1.0", board: "Raspberry Pi 5" },
    "pipeline/people/state": pipeline,
    "input/porch/status": { input: "porch", state: "stale", fps: 0, received: 7, dropped: 1, bad: 2, last_error: null },
    "alert/disk-trouble": { severity: "warning", where: "data_dir", what: "the disk is full", remedy: "make room" },
    "image/porch/people": "\u0000\u0001",
  });
  const text = await status(t, url);
  t.equal(text.code, 0, text.stderr);
  for (const words of [
    /^Shed: online, isotherm 0\.1\.0 on Raspberry Pi 5/,
    /people +failed .*there is no file \(copy it\)/,
    /porch +stale .*7 +1 +2/,
    /warning: data_dir: the disk is full \(make room\)/,
  ])
    t.match(text.stdout, words);
  const json = JSON.parse((await status(t, url, "--json")).stdout);
  t.match(json, { status: "online", pipelines: [{ pipeline: "people" }], inputs: [{ input: "porch" }] });
});

t.test("a node that is offline, and one that was never there, end with 1", { skip }, async (t) => {
  const offline = await status(t, await withDocuments(t, { status: "offline" }));
  t.match(offline, { code: 1, stdout: /Shed: offline/ });
  const never = await status(t, await withDocuments(t, {}));
  t.match(never, { code: 1, stdout: /never seen/ });
});

t.test("what anyone else wrote below the node's topics is passed over", { skip }, async (t) => {
  const url = await withDocuments(t, { status: "online", "pipeline/x/state": "{", "alert/y": "nonsense" });
  t.match(await status(t, url), { code: 0, stdout: /^Shed: online\s*$/ });
});

t.test("a broker that is away is named with what to do", async (t) => {
  const run = await status(t, `mqtt://localhost:${await freePort()}`);
  t.match(run, { code: 1, stdout: "", stderr: /localhost:\d+: .+\(.+\)/ });
});
