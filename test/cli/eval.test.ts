// `isotherm eval`, as a person runs it: accuracy per variant, and what stays after Ctrl-C.

import { spawn } from "node:child_process";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { EvalDocument } from "../../src/measure/eval-document.js";
import { cleanEnvironment, ISOTHERM } from "../support/daemon.js";
import { runIsotherm } from "../support/isotherm.js";
import { evenPicture } from "../support/pictures.js";
import { writeTinyPackage } from "../support/tiny-model.js";

/** Pictures in `dark` and `bright`, one of them under the wrong label. */
async function surroundings(folder: string, each = 3): Promise<string[]> {
  const config = join(folder, "config.yaml");
  writeFileSync(config, `version: 1\nnode: { data_dir: ${folder} }\nmqtt: { url: "mqtt://localhost" }\n`);
  const tiny = await writeTinyPackage(folder, "tiny", [
    { name: "steep", gain: 20 },
    { name: "inverse", gain: -20 },
    { name: "gone", gain: 1, fault: "missing" },
  ]);
  for (const [label, brightness] of [
    ["dark", 0.1],
    ["bright", 0.9],
  ] as const) {
    mkdirSync(join(folder, "data", label), { recursive: true });
    const picture = await evenPicture(brightness, "png");
    for (let i = 0; i < each; i++) writeFileSync(join(folder, "data", label, `${i}.png`), picture);
  }
  writeFileSync(join(folder, "data/dark/wrong.png"), await evenPicture(0.8, "png"));
  return ["--config", config, "--data", join(folder, "data"), "--model", tiny];
}

t.test("every variant is measured; one that can't be loaded is told and the others go on", async (t) => {
  const args = await surroundings(t.testdir());

  const run = await runIsotherm(["eval", "--json", ...args]);

  t.equal(run.code, 1, "a variant is missing");
  const document = EvalDocument.parse(JSON.parse(run.stdout));
  t.equal(document.complete, true);
  t.match(document.variants, [
    { variant: "steep", frames: 7, bad: 0, score: { correct: 6, of: 7, accuracy: 0.8571 } },
    { variant: "inverse", frames: 7, bad: 0, score: { correct: 1, of: 7 } },
    { variant: "gone", score: null, trouble: { code: "model-file-missing" } },
  ]);
  const table = await runIsotherm(["eval", ...args.slice(0, -1), `${args.at(-1)}:steep`]);
  t.match(table, { code: 0, stderr: "", stdout: /steep +7 +6 +85\.7 % +0 +-/ });
});

t.test("a bad picture is counted and named, the accuracy is over the others", async (t) => {
  const folder = t.testdir();
  const args = await surroundings(folder);
  writeFileSync(join(folder, "data/bright/bad.jpg"), "this is not an image\n");

  const run = await runIsotherm(["eval", "--json", ...args.slice(0, -1), `${args.at(-1)}:steep`]);

  t.equal(run.code, 1);
  t.match(JSON.parse(run.stdout).variants, [{ frames: 8, bad: 1, score: { correct: 6, of: 7 } }]);
  t.match(run.stderr, /data\/bright\/bad\.jpg: the file is text/);
});

t.test("folders that are no labels end it before anything is loaded", async (t) => {
  const folder = t.testdir();
  const args = await surroundings(folder);
  mkdirSync(join(folder, "data/brihgt"));
  writeFileSync(join(folder, "data/brihgt/1.png"), "");

  t.match(await runIsotherm(["eval", ...args]), { code: 1, stdout: "", stderr: /did you mean "bright"/ });
});

t.test("Ctrl-C leaves what was measured until then", async (t) => {
  const folder = t.testdir();
  const args = await surroundings(folder, 1);
  // The first frame is a bad one, so that a line on stderr says that the work began; so many others follow that it can't be over.
  writeFileSync(join(folder, "data/bright/-1.png"), "bad");
  for (let i = 1; i < 3000; i++) linkSync(join(folder, "data/bright/0.png"), join(folder, `data/bright/${i}.png`));
  const child = spawn(process.execPath, [ISOTHERM, "eval", "--json", ...args], {
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.once("data", () => child.kill("SIGINT"));
  const code = await new Promise((resolve) => child.once("close", resolve));

  t.equal(code, 1);
  const document = EvalDocument.parse(JSON.parse(stdout));
  t.equal(document.complete, false);
  t.match(document.variants, [{ variant: "steep", frames: 3003, bad: 1 }], "the variants after it were not begun");
  const of = document.variants[0]?.score?.of ?? 3003;
  t.ok(of < 3002, `${of} frames until then`);
});
