// Variants of ../shared/data from file to answer, in this process. Whether the answers are right is test/pipelines' business; here it
// is that the parts were joined right.

import { readFileSync } from "node:fs";
import t from "tap";
import { PACKAGE_SETTINGS, type VariantSpec } from "../../../src/contract/variant.js";
import { loadVariant } from "../../../src/engine/child/resident.js";
import { readPackage } from "../../../src/models/read-package.js";
import { TEST_OPTIONS } from "../../support/engine-room.js";
import { needsSharedData, sharedData } from "../../support/shared-data.js";

async function variantOf(name: string, variant: string): Promise<VariantSpec> {
  const read = await readPackage(sharedData("models", name));
  const spec = read.ok ? read.value.variants.find((entry) => entry.variant === variant) : undefined;
  if (spec === undefined) throw new Error(`no ${name}:${variant}`);
  return spec;
}

t.test(
  "a detector with its weights among the inputs is cleaned, and finds the face",
  { skip: needsSharedData },
  async (t) => {
    const spec = await variantOf("face-detector", "slim-320");
    const loaded = await loadVariant(spec, TEST_OPTIONS);
    if (!loaded.ok) throw new Error(loaded.trouble.what);
    const { report } = loaded.value;
    t.match(report, {
      key: spec.key,
      cleanedInputs: 184,
      provider: "cpu",
      requested: ["cpu"],
      fallback: null,
      threads: 1,
    });
    t.same(report.inputs, [{ name: "input", type: "float32", shape: [1, 3, 240, 320] }]);
    t.ok(report.loadMs > 0 && report.warmLatencyMs > 0);
    const payload = readFileSync(sharedData("photos", "objects", "face.jpg"));
    const answered = await loaded.value.answer({ encoding: "jpeg", raw: null, payload }, PACKAGE_SETTINGS);
    if (!answered.ok) throw new Error(answered.trouble.what);
    const { answer, timing } = answered.value;
    t.ok("detections" in answer && answer.detections.some(({ label }) => label === "face"));
    t.ok(Math.min(timing.decode, timing.preprocess, timing.inference, timing.postprocess) > 0);
    const none = { ...PACKAGE_SETTINGS, minScore: 1 };
    const strict = await loaded.value.answer({ encoding: "jpeg", raw: null, payload }, none);
    t.same(strict.ok && "detections" in strict.value.answer && strict.value.answer.detections, []);
    await loaded.value.release();
  },
);

t.test("integer inputs get their scale from the graph", { skip: needsSharedData }, async (t) => {
  for (const [name, variant] of [
    ["person-presence", "int8-96"],
    ["waste-sorter", "128-uint8"],
  ] as const) {
    const spec = await variantOf(name, variant);
    t.equal(spec.quantization, null, "the manifest does not say it");
    const loaded = await loadVariant(spec, TEST_OPTIONS);
    if (!loaded.ok) throw new Error(loaded.trouble.what);
    t.match(loaded.value.report.inputs[0]?.type, /^u?int8$/);
    const payload = readFileSync(sharedData("photos", "objects", "astronaut.jpg"));
    const answered = await loaded.value.answer({ encoding: "jpeg", raw: null, payload }, PACKAGE_SETTINGS);
    if (!answered.ok) throw new Error(answered.trouble.what);
    const classes = "classes" in answered.value.answer ? answered.value.answer.classes : [];
    if (name === "person-presence") t.equal(classes[0]?.label, "person");
    else t.ok(classes.length > 0);
    await loaded.value.release();
  }
});

t.test("auto takes what the runtime has, a list that it lacks is a fallback", { skip: needsSharedData }, async (t) => {
  const spec: VariantSpec = { ...(await variantOf("digits", "narrow")), providers: ["tensorrt", "cuda", "cpu"] };
  const auto = await loadVariant(spec, { ...TEST_OPTIONS, providers: "auto" });
  if (!auto.ok) throw new Error(auto.trouble.what);
  t.equal(auto.value.report.fallback, null);
  await auto.value.release();
  if (auto.value.report.requested.includes("cuda")) return;
  const asked = await loadVariant(spec, { ...TEST_OPTIONS, providers: ["cuda", "cpu"] });
  if (!asked.ok) throw new Error(asked.trouble.what);
  t.match(asked.value.report, { requested: ["cuda", "cpu"], provider: "cpu", fallback: /^cuda/ });
  await asked.value.release();
});
