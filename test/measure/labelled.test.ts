// Labelled data as people lay it out, right and wrong.

import { join } from "node:path";
import t from "tap";
import type { LabelledData } from "../../src/measure/labelled/labelled-frame.js";
import { readLabelled } from "../../src/measure/labelled/read-labelled.js";
import { type ModelPackage, readPackage } from "../../src/models/read-package.js";
import { manifestText, packageFiles, writeFiles } from "../models/package-folder.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";

async function packageFor(folder: string, replace: Readonly<Record<string, string>> = {}): Promise<ModelPackage> {
  const read = await readPackage(writeFiles(folder, packageFiles(manifestText("pets", "1.0.0", replace))));
  if (!read.ok) throw new Error(JSON.stringify(read.troubles));
  return read.value;
}
const REGRESSION = { "task: classification": "task: regression", "  decoder: softmax": "  decoder: scalar" };
const DETECTION = { "task: classification": "task: detection", "  decoder: softmax": "  decoder: yolox" };

function truths(data: LabelledData, root: string): [string, unknown][] {
  const frames = data.framesFor("large");
  if (!frames.ok) throw new Error(frames.trouble.what);
  return frames.value.map(({ path, truth }) => [
    path.slice(root.length + 1),
    truth.kind === "label" ? truth.label : truth.kind === "value" ? truth.value : truth.must.length,
  ]);
}

t.test("folders are labels, and what is no picture is left alone", async (t) => {
  const folder = t.testdir({
    cat: { "1.jpg": "", "2.PNG": "", "notes.txt": "", ".hidden.jpg": "" },
    dog: { "3.webp": "" },
    empty: {},
    "readme.md": "",
    ".git": { "x.jpg": "" },
    package: {},
  });
  const data = await readLabelled(folder, await packageFor(join(folder, "package")));

  if (!data.ok) throw new Error(JSON.stringify(data.troubles));
  t.same(truths(data.value, folder), [
    ["cat/1.jpg", "cat"],
    ["cat/2.PNG", "cat"],
    ["dog/3.webp", "dog"],
  ]);
});

t.test("folders are values in the order of the scale", async (t) => {
  const folder = t.testdir({ "10": { "a.jpg": "" }, "9.5": { "b.jpg": "" }, "-2": { "c.jpg": "" }, package: {} });
  const data = await readLabelled(folder, await packageFor(join(folder, "package"), REGRESSION));

  if (!data.ok) throw new Error(JSON.stringify(data.troubles));
  t.same(
    new Map(truths(data.value, folder)),
    new Map([
      ["-2/c.jpg", -2],
      ["9.5/b.jpg", 9.5],
      ["10/a.jpg", 10],
    ]),
  );
});

t.test("every folder that is no label is named, with the nearest one", async (t) => {
  const folder = t.testdir({ cta: { "1.jpg": "" }, horse: { "2.jpg": "" }, package: {} });
  const model = await packageFor(join(folder, "package"));

  t.match(await readLabelled(folder, model), {
    ok: false,
    troubles: [
      { code: "folder-not-a-label", where: join(folder, "cta"), remedy: /"cat"/ },
      { code: "folder-not-a-label", where: join(folder, "horse"), remedy: /cat, dog/ },
    ],
  });
  const values = await readLabelled(folder, await packageFor(join(folder, "package"), REGRESSION));
  t.match(values, { ok: false, troubles: [{ code: "folder-not-a-value" }, { code: "folder-not-a-value" }] });
  t.match(await readLabelled(join(folder, "package"), model), { troubles: [{ code: "data-empty" }] });
  t.match(await readLabelled(join(folder, "nowhere"), model), { troubles: [{ code: "data-missing" }] });
});

t.test("expected boxes are read per variant, and `*` is for all", async (t) => {
  const one = {
    "a/1.jpg": { width: 4, height: 3, must: [{ label: "cat", box: { x: 0, y: 0, w: 1, h: 1 } }], may: [] },
  };
  const folder = t.testdir({
    a: { "1.jpg": "" },
    "expected.json": JSON.stringify({ large: one, small: {} }),
    "all.json": JSON.stringify({ "*": one }),
    "wrong.json": JSON.stringify({ large: { "a/1.jpg": { must: [{ label: "cat", box: [0, 0, 1, 1] }] } } }),
    "no.json": "{",
    package: {},
    deep: { deeper: { "expected.json": JSON.stringify({ large: one }) } },
  });
  const model = await packageFor(join(folder, "package"), DETECTION);
  const read = async (path: string) => {
    const data = await readLabelled(join(folder, path), model);
    if (!data.ok) throw new Error(JSON.stringify(data.troubles));
    return data.value;
  };

  t.same(truths(await read(""), folder), [["a/1.jpg", 1]]);
  t.match((await read("")).framesFor("small"), { ok: false, trouble: { code: "variant-not-expected" } });
  t.match((await read("all.json")).framesFor("small"), { ok: true }, "a file of another name, for every variant");
  t.same(truths(await read("deep/deeper"), folder), [["a/1.jpg", 1]], "pictures lie in the nearest folder above");
  t.match(await readLabelled(join(folder, "wrong.json"), model), {
    troubles: [{ code: "expected-form", where: /box/ }],
  });
  t.match(await readLabelled(join(folder, "no.json"), model), { troubles: [{ code: "expected-form" }] });
  t.match(await readLabelled(join(folder, "package"), model), { troubles: [{ code: "data-missing" }] });
});

t.test(
  "the expected boxes of the real detectors name pictures that are there",
  { skip: needsSharedData },
  async (t) => {
    const model = await readPackage(sharedData("models/face-detector"));
    if (!model.ok) throw new Error("the package is right");
    const data = await readLabelled(sharedData("models/face-detector"), model.value);
    if (!data.ok) throw new Error(JSON.stringify(data.troubles));
    const frames = data.value.framesFor("slim-320");
    t.equal(frames.ok && frames.value.length, 26);
    t.equal(frames.ok && frames.value[0]?.path, sharedData("frames/faces/1.jpg"));
  },
);
