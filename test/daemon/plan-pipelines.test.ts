import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { planPipelines } from "../../src/daemon/plan-pipelines.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";
import { writeTinyPackage } from "../support/tiny-model.js";
import { loadedConfig } from "./parts.js";

async function planned(t: Test, settings: Readonly<Record<string, unknown>>, spoil = (_at: string) => {}) {
  const folder = t.testdir();
  const at = await writeTinyPackage(folder, "light", [
    { name: "steep", gain: 20 },
    { name: "flat", gain: 4 },
  ]);
  spoil(at);
  const [plan] = await planPipelines(
    loadedConfig({
      inputs: { cam: { mqtt: { topic: "cam" } } },
      pipelines: { people: { inputs: ["cam"], model: "light", ...settings } },
    }),
    { relativeTo: folder, store: folder, shipped: join(folder, "none") },
  );
  if (plan === undefined) throw new Error("one pipeline, one plan");
  return plan;
}

t.test("a good package becomes a plan with its variants in order, and what the configuration cuts", async (t) => {
  const whole = await planned(t, { model: "./light" });
  t.equal(whole.minScore, 0, "the package's own, so that a hub shows the threshold that holds");
  t.match(whole, { model: "light@1.0.0", trouble: null, title: "people", labels: ["dark", "bright"], value: null });
  t.same(
    whole.candidates.variants.map(({ variant }) => variant),
    ["steep", "flat"],
  );
  const cut = await planned(t, {
    model: "./light",
    variants: ["flat"],
    variant: "flat",
    name: "People",
    min_score: 0.4,
  });
  t.same(
    cut.candidates.variants.map(({ variant }) => variant),
    ["flat"],
  );
  t.match(cut, { title: "People", minScore: 0.4, candidates: { configuredPin: "flat" } });
});

t.test(
  "what the configuration asks of the package and it has not is named, with its line and the nearest name",
  async (t) => {
    const cases: readonly (readonly [settings: object, code: string, where: string, remedy: RegExp])[] = [
      [{ variants: ["stepe"] }, "unknown-variant", "pipelines.people.variants", /"steep"/],
      [{ variant: "falt" }, "unknown-variant", "pipelines.people.variant", /"flat"/],
      [{ labels: ["brihgt"] }, "unknown-label", "pipelines.people.labels", /"bright"/],
      [{ value: { unit: "bar" } }, "value-of-no-number", "pipelines.people.value", /value/],
    ];
    for (const [settings, code, where, remedy] of cases) {
      const { trouble } = await planned(t, { model: "./light", ...settings });
      t.match(trouble, { code, where: `config.yaml:${where}`, remedy }, code);
    }
  },
);

t.test("a package that is missing or wrong is its pipeline's trouble; the others are planned", async (t) => {
  const missing = await planned(t, { model: "lihgt" });
  t.match(missing, { model: "lihgt", manifest: null, candidates: { variants: [] } });
  t.ok(missing.trouble);
  const broken = await planned(t, { model: "./light" }, (at) => writeFileSync(join(at, "model.yaml"), "isotherm: x\n"));
  t.match(broken.trouble?.where, /model\.yaml:/, "the package's own file");
});

t.test("a model file that is gone is found at the load: the other variants can still run", async (t) => {
  const { trouble, candidates } = await planned(t, { model: "./light" }, (at) => rmSync(join(at, "steep.onnx")));
  t.equal(trouble, null);
  t.equal(candidates.variants.length, 2);
});

t.test("real packages are planned as they stand", { skip: needsSharedData }, async (t) => {
  const at = sharedData("models");
  const models = ["face-detector", "waste-sorter", "person-presence"];
  const plans = await planPipelines(
    loadedConfig({
      inputs: { cam: { mqtt: { topic: "cam" } } },
      pipelines: Object.fromEntries(models.map((model) => [model, { inputs: ["cam"], model: `./${model}` }])),
    }),
    { relativeTo: at, store: join(at, "none"), shipped: join(at, "none") },
  );
  for (const { name, trouble, candidates } of plans) {
    t.equal(trouble, null, name);
    t.ok(candidates.variants.length > 0);
  }
});
