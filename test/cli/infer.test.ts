// `isotherm infer`, as a person runs it, with a model of a few hundred bytes: how bright is the picture?

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { runIsotherm } from "../support/isotherm.js";
import { evenPicture } from "../support/pictures.js";
import { brightScore, writeTinyPackage } from "../support/tiny-model.js";

async function surroundings(folder: string): Promise<{ tiny: string; config: string[] }> {
  const path = join(folder, "config.yaml");
  writeFileSync(path, `version: 1\nnode: { data_dir: ${folder} }\nmqtt: { url: "mqtt://localhost" }\n`);
  const tiny = await writeTinyPackage(folder, "tiny", [
    { name: "steep", gain: 20 },
    { name: "flat", gain: 2 },
    { name: "broken", gain: 1, fault: "wrong-digest" },
  ]);
  for (const [name, brightness] of [
    ["dark", 0.1],
    ["bright", 0.9],
  ] as const)
    writeFileSync(join(folder, `${name}.png`), await evenPicture(brightness, "png"));
  return { tiny, config: ["--config", path] };
}

const documents = (text: string): ResultDocument[] =>
  text
    .trim()
    .split("\n")
    .map((line) => ResultDocument.parse(JSON.parse(line)));

t.test("each file gets one document of the schema that MQTT has, in order", async (t) => {
  const folder = t.testdir();
  const { tiny, config } = await surroundings(folder);

  const run = await runIsotherm(["infer", "--model", tiny, ...config, "dark.png", "bright.png"], { cwd: folder });

  t.equal(run.code, 0, run.stderr);
  const [dark, bright] = documents(run.stdout);
  t.match(dark, {
    input: "dark.png",
    pipeline: "infer",
    seq: 1,
    frame: { width: 32, height: 24, captured_at: null },
    model: { name: "tiny", version: "1.0.0", variant: "steep", provider: "cpu" },
    classes: [{ label: "dark" }, { label: "bright" }],
  });
  t.match(bright, { input: "bright.png", seq: 2, classes: [{ label: "bright" }] });
  const score = bright !== undefined && "classes" in bright ? bright.classes[0]?.score : 0;
  t.ok(Math.abs((score ?? 0) - brightScore(20, Math.round(0.9 * 255) / 255)) < 1e-3, `${score}`);
});

t.test("a bad file costs that file: it is named, the rest is answered, and the exit code is 1", async (t) => {
  const folder = t.testdir();
  const { tiny, config } = await surroundings(folder);
  writeFileSync(join(folder, "note.jpg"), "this is not an image\n");
  const whole = await evenPicture(0.9, "jpeg", [320, 240]);
  writeFileSync(join(folder, "cut.jpg"), whole.subarray(0, whole.length / 2));
  const files = ["none.png", "note.jpg", "cut.jpg", "bright.png"];

  const run = await runIsotherm(["infer", "--model", tiny, ...config, ...files], { cwd: folder });

  t.equal(run.code, 1);
  t.match(documents(run.stdout), [{ input: "bright.png", seq: 4 }]);
  t.match(run.stderr, /^none\.png: .*\nnote\.jpg: the file is text \(.*\)\ncut\.jpg: /);
});

t.test("a variant is chosen behind a colon; an unknown or broken one ends with 1", async (t) => {
  const folder = t.testdir();
  const { tiny, config } = await surroundings(folder);
  const infer = (model: string) => runIsotherm(["infer", "--model", model, ...config, "bright.png"], { cwd: folder });

  t.match(documents((await infer("./tiny:flat")).stdout), [{ model: { variant: "flat" } }]);
  t.match(await infer(`${tiny}:flt`), { code: 1, stdout: "", stderr: /did you mean "flat"/ });
  t.match(await infer(`${tiny}:broken`), { code: 1, stdout: "", stderr: /sha256/ });
  t.match(await infer("tinny"), { code: 1, stdout: "", stderr: /no model package/ });
  t.equal((await runIsotherm(["infer", "bright.png"])).code, 2, "a model must be named");
});
