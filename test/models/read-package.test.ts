// Packages as authors write them, right and wrong, and the real ones of ../shared/data.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { labelsFrom, readPackage } from "../../src/models/read-package.js";
import { readVerified } from "../../src/models/read-verified.js";
import { verifyVariants } from "../../src/models/verify-package.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";
import { MODEL_BYTES, manifestText, packageFiles, writeFiles } from "./package-folder.js";

t.test("a package is resolved into what an engine needs", async (t) => {
  const folder = writeFiles(t.testdir(), packageFiles(manifestText("pets", "1.2.0")));

  const read = await readPackage(folder);

  if (!read.ok) throw new Error(JSON.stringify(read.troubles));
  const [large, small] = read.value.variants;
  t.match(large, {
    key: "pets@1.2.0:large",
    labels: ["cat", "dog"],
    file: join(folder, "large.onnx"),
    at: `${join(folder, "model.yaml")}:14:13`,
    bytes: MODEL_BYTES.length,
    inputSize: [64, 48],
    providers: ["tensorrt", "cuda", "cpu"],
    quantization: null,
    accuracy: { metric: "top1", value: 0.9 },
  });
  t.match(small, { providers: ["cpu"], accuracy: null, input: { resize: "letterbox" }, output: { top_k: 5 } });
});

t.test("everything that is wrong with a manifest is told at once, each with its place", async (t) => {
  const wrong = manifestText("pets", "1.2.0", {
    "license: Apache-2.0": "licence: Apache-2.0",
    "task: classification": "task: clasification",
    "    input_size: [32, 24]": "    input_size: [32]",
  });
  const read = await readPackage(writeFiles(t.testdir(), packageFiles(wrong)));

  t.notOk(read.ok);
  const lines = read.ok ? [] : read.troubles.map(({ where }) => Number(/model\.yaml:(\d+):/.exec(where)?.[1]));
  for (const line of [4, 5, 20]) t.ok(lines.includes(line), `line ${line} is named among ${lines}`);
});

t.test("keys that do not fit each other are troubles", async (t) => {
  const cases: [Record<string, string>, string][] = [
    [{ "  decoder: softmax": "  decoder: yolox" }, "decoder-of-other-task"],
    [{ "  kind: image": "  kind: image\n  mean: [1, 2]" }, "wrong-channel-count"],
    [{ "  kind: image": "  kind: image\n  std: [0, 1, 1]" }, "std-of-zero"],
    [{ "  - name: small": "  - name: large" }, "variant-named-twice"],
    [{ "labels: [cat, dog]": "labels: nowhere.txt" }, "labels-missing"],
    [
      { "task: classification": "task: regression", "  decoder: softmax": "  decoder: scalar\n  min: 4\n  max: 0" },
      "scale-not-a-range",
    ],
  ];
  for (const [replace, code] of cases) {
    const read = await readPackage(writeFiles(t.testdir(), packageFiles(manifestText("pets", "1.0.0", replace))));
    t.match(read, { ok: false, troubles: [{ code, where: /model\.yaml:\d+:\d+$/ }] }, code);
  }
});

t.test("a folder that is no package, or whose manifest can't be read, is a trouble and no crash", async (t) => {
  const folder = t.testdir({ empty: {}, "a-folder": { "model.yaml": {} }, pipe: {} });
  execFileSync("mkfifo", [join(folder, "pipe/model.yaml")]);
  writeFileSync(join(folder, "file"), "");

  t.match(await readPackage(join(folder, "nowhere")), { troubles: [{ code: "package-missing" }] });
  t.match(await readPackage(join(folder, "empty")), { troubles: [{ code: "package-missing" }] });
  t.match(await readPackage(join(folder, "file")), { troubles: [{ code: "package-missing" }] });
  t.match(await readPackage(join(folder, "a-folder")), { troubles: [{ code: "package-unreadable" }] });
  t.match(await readPackage(join(folder, "pipe")), { troubles: [{ code: "package-unreadable" }] });
});

t.test("a model file is read whole and checked; missing or changed it costs its variant only", async (t) => {
  const files = packageFiles(manifestText("pets", "1.0.0"));
  const folder = writeFiles(t.testdir(), { "model.yaml": files["model.yaml"] ?? "", "small.onnx": "changed" });
  const read = await readPackage(folder);
  if (!read.ok) throw new Error("the package itself is right");

  t.same(
    (await verifyVariants(read.value.variants)).map(({ trouble }) => trouble?.code),
    ["model-file-missing", "model-digest-mismatch"],
  );
  t.equal(read.value.variants[0]?.bytes, 0);

  writeFileSync(join(folder, "large.onnx"), MODEL_BYTES);
  const [large] = read.value.variants;
  if (large === undefined) throw new Error("two variants");
  t.match(await readVerified(large), { ok: true, value: MODEL_BYTES });
});

t.test("labels are one a line, whatever the editor did to the ends", async (t) => {
  t.same(labelsFrom("\uFEFFcat\r\nno person\r\n\r\n"), ["cat", "no person"]);
  t.same(labelsFrom("cat\n\ndog\n"), ["cat", "1", "dog"], "a hole keeps its number");
  t.same(labelsFrom("\n"), []);
});

t.test(
  "the real image packages are right, those for sound and series are refused by their task",
  {
    skip: needsSharedData,
  },
  async (t) => {
    const variants: Record<string, number> = {
      "face-detector": 3,
      "coco-fastest": 1,
      "imagenet-mobilenet": 4,
      "waste-sorter": 4,
      "person-presence": 2,
      digits: 2,
    };
    for (const [name, count] of Object.entries(variants)) {
      const read = await readPackage(sharedData("models", name));
      if (!read.ok) {
        t.fail(`${name}: ${JSON.stringify(read.troubles)}`);
        continue;
      }
      t.equal(read.value.variants.length, count, name);
      t.same(
        (await verifyVariants(read.value.variants)).filter(({ trouble }) => trouble !== null),
        [],
        `${name}: all digests are as promised`,
      );
    }
    for (const name of ["keyword", "hydraulic-anomaly", "fan-vibration", "machine-temperature"]) {
      const read = await readPackage(sharedData("models", name));
      t.match(read, { ok: false, troubles: [{ code: "task-not-supported", where: /model\.yaml:\d+:\d+$/ }] }, name);
      t.equal(read.ok ? 0 : read.troubles.length, 1, `${name}: one sentence, not one for each key`);
    }
  },
);
