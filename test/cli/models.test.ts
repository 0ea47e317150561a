// `isotherm models`, as a person runs it: list, show, verify over a store with good, damaged and foreign packages.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { manifestText, packageFiles, writeFiles } from "../models/package-folder.js";
import { runIsotherm } from "../support/isotherm.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";
import { writeTinyPackage } from "../support/tiny-model.js";

/** A configuration with a data directory of its own. @returns the arguments that name it */
function dataDirectory(folder: string): string[] {
  const config = join(folder, "config.yaml");
  const text = `version: 1\nnode: { data_dir: ${join(folder, "data")} }\nmqtt: { url: "mqtt://localhost" }\n`;
  writeFileSync(config, text);
  return ["--config", config];
}

const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

t.test("list shows what is installed; a package that can't be used is told and spoils nothing", async (t) => {
  const folder = t.testdir();
  const config = dataDirectory(folder);
  writeFiles(join(folder, "data/models/pets/1.2.0"), packageFiles(manifestText("pets", "1.2.0")));
  const later = manifestText("later", "1.0.0", { "task: classification": "task: anomaly" });
  writeFiles(join(folder, "data/models/later/1.0.0"), packageFiles(later));

  const table = await runIsotherm(["models", "list", ...config]);
  t.equal(table.code, 0);
  t.match(table.stdout, /pets +1\.2\.0 +classification +large, small +1 KiB +store/);
  t.match(table.stderr, /model\.yaml:5:7: the task anomaly is not supported yet \(.+\)/);

  const json = await runIsotherm(["models", "list", "--json", ...config]);
  const stored = lines(json.stdout).filter(({ from }) => from === "store");
  t.match(stored, [
    { name: null, troubles: [{ code: "task-not-supported" }] },
    { name: "pets", variants: ["large", "small"], bytes: 82, troubles: [] },
  ]);
  t.equal(json.stderr, "");
});

t.test("show prints a package as it is understood, and the nearest name for none", async (t) => {
  const folder = t.testdir();
  const config = dataDirectory(folder);
  writeFiles(join(folder, "data/models/pets/1.2.0"), packageFiles(manifestText("pets", "1.2.0")));

  const text = await runIsotherm(["models", "show", "pets", ...config]);
  t.equal(text.code, 0);
  t.match(text.stdout, /pets 1\.2\.0[\s\S]*decoder +softmax[\s\S]*cat, dog[\s\S]*small +32x24/);
  const json = await runIsotherm(["models", "show", "pets@1.2.0", "--json", ...config]);
  t.match(JSON.parse(json.stdout), {
    name: "pets",
    input: { resize: "letterbox", scale: 255 },
    variants: [{ name: "large", bytes: 41 }, { name: "small" }],
    from: "store",
  });

  const wrong = await runIsotherm(["models", "show", "pest", ...config]);
  t.equal(wrong.code, 1);
  t.match(wrong.stderr, /did you mean "pets"/);
});

t.test("verify ends with 1 when a file is not what the manifest promises", async (t) => {
  const folder = t.testdir();
  const config = dataDirectory(folder);
  const pets = join(folder, "data/models/pets/1.2.0");
  writeFiles(pets, packageFiles(manifestText("pets", "1.2.0")));

  const right = await runIsotherm(["models", "verify", "pets", ...config]);
  t.match(right, { code: 0, stdout: /ok {2}pets@1\.2\.0:large .*\n.*ok {2}pets@1\.2\.0:small/s, stderr: "" });

  writeFileSync(join(pets, "small.onnx"), "something else");
  const wrong = await runIsotherm(["models", "verify", "--json", "pets", ...config]);
  t.equal(wrong.code, 1);
  t.match(lines(wrong.stdout), [
    { ok: false, variants: [{ ok: true }, { ok: false, trouble: { code: "model-digest-mismatch" } }] },
  ]);
  t.equal((await runIsotherm(["models", "verify", "pets:large", ...config])).code, 0, "the other variant is right");
  t.equal((await runIsotherm(["models", "verify", ...config])).code, 1, "all that is installed");
});

t.test("verify --load finds what a digest can't: a model that the runtime refuses", async (t) => {
  const folder = t.testdir();
  const config = dataDirectory(folder);
  await writeTinyPackage(folder, "tiny", [
    { name: "good", gain: 20 },
    { name: "text", gain: 20, fault: "not-onnx" },
    { name: "shape", gain: 20, fault: "wrong-shape" },
    { name: "operator", gain: 20, fault: "unknown-operator" },
  ]);
  const tiny = join(folder, "tiny");

  t.equal((await runIsotherm(["models", "verify", tiny, ...config])).code, 0, "the files are what was promised");
  const loaded = await runIsotherm(["models", "verify", "--load", "--json", tiny, ...config]);
  t.equal(loaded.code, 1);
  t.match(lines(loaded.stdout)[0]?.variants, [
    { variant: "good", ok: true, loaded: { provider: "cpu", nodes: { cpu: Number } } },
    { variant: "text", ok: false, loaded: null },
    { variant: "shape", ok: false, loaded: null },
    { variant: "operator", ok: false, loaded: null },
  ]);
});

t.test("wrong usage ends with 2, a wrong configuration with 78", async (t) => {
  const folder = t.testdir({ "config.yaml": "version: 2\n" });

  t.equal((await runIsotherm(["models", "show"])).code, 2);
  t.equal((await runIsotherm(["models", "lst"])).code, 2);
  t.equal((await runIsotherm(["models", "list", "--config", join(folder, "config.yaml")])).code, 78);
  t.equal((await runIsotherm(["models", "list", "--config", join(folder, "none.yaml")])).code, 78);
  t.equal((await runIsotherm(["models", "list"], { cwd: folder })).code, 0, "without any file the defaults serve");
});

t.test(
  "the real packages are whole, and loading none of their runtimes is needed to say so",
  {
    skip: needsSharedData,
  },
  async (t) => {
    const names = ["face-detector", "coco-fastest", "imagenet-mobilenet", "waste-sorter", "person-presence", "digits"];
    const config = dataDirectory(t.testdir());
    const run = await runIsotherm(["models", "verify", ...names.map((name) => sharedData("models", name)), ...config]);

    t.equal(run.code, 0, run.stderr);
    t.equal(run.stdout.trim().split("\n").length, 16, "one line a variant");
    const sound = await runIsotherm(["models", "verify", sharedData("models/keyword"), ...config]);
    t.match(sound, { code: 1, stderr: /the task audio-tagging is not supported yet/ });
  },
);
