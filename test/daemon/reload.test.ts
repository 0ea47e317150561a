import t from "tap";
import { fail, ok } from "../../src/base/result.js";
import type { LoadedConfig } from "../../src/config/load.js";
import { engineOptions } from "../../src/daemon/engine-options.js";
import { type ReloadParts, reload } from "../../src/daemon/reload.js";
import { loadedConfig, plan, spec } from "./parts.js";

const [steep, flat] = [spec("steep"), spec("flat")];
const inputs = { cam: { mqtt: { topic: "cam" } } };
const light = { inputs: ["cam"], model: "light" };
const before = loadedConfig({ inputs, pipelines: { light } });

/** A reload whose doors write down what is asked of them. */
function room(after: LoadedConfig, parts: Partial<ReloadParts> = {}) {
  const done: string[] = [];
  const outcome = reload({
    load: async () => ok(after),
    inForce: () => before,
    plan: async () => [plan("light", [steep])],
    choices: new Map(),
    engineSet: () => ({ variants: [steep], options: engineOptions(before.config) }),
    replaceEngine: async ({ variants }, flip) => {
      done.push(`engine ${variants.map(({ variant }) => variant)}`);
      flip();
      return ok(undefined);
    },
    apply: () => done.push("apply"),
    ...parts,
  });
  return { done, outcome };
}

t.test("a change that needs no other engine is applied without one", async (t) => {
  const { done, outcome } = room(loadedConfig({ inputs, pipelines: { light: { ...light, min_score: 0.7 } } }));
  t.match(await outcome, { ok: true, value: { pipelines: ["light"], engine: false, mqtt: false } });
  t.same(done, ["apply"]);
});

t.test(
  "other variants, other files under the same name and other options are applied when their engine takes over",
  async (t) => {
    const more = room(before, { plan: async () => [plan("light", [steep, flat])] });
    t.match(await more.outcome, { ok: true });
    t.same(more.done, ["engine steep,flat", "apply"]);

    const copied = room(before, { plan: async () => [plan("light", [{ ...steep, sha256: "another" }])] });
    await copied.outcome;
    t.same(copied.done, ["engine steep", "apply"], "a package that was changed in place");

    const threads = room(loadedConfig({ inputs, pipelines: { light }, engine: { threads: 3 } }));
    t.match(await threads.outcome, { value: { engine: true } });
    t.same(threads.done, ["engine steep", "apply"]);
  },
);

t.test(
  "the order of resident variants is no reason for another engine; a pin puts its variant first into the next one",
  async (t) => {
    const choices = new Map([["light", { variant: "flat", enabled: null, min_score: null }]]);
    const both = async () => [plan("light", [steep, flat])];
    const same = room(before, {
      plan: both,
      choices,
      engineSet: () => ({ variants: [steep, flat], options: engineOptions(before.config) }),
    });
    await same.outcome;
    t.same(same.done, ["apply"]);
    const next = room(before, { plan: both, choices });
    await next.outcome;
    t.same(next.done, ["engine flat,steep", "apply"]);
  },
);

t.test("a configuration that is wrong is refused whole, and nothing is touched", async (t) => {
  const troubles = [1, 2].map((line) => ({ code: "unknown-key", where: `c.yaml:${line}`, what: "w", remedy: "r" }));
  const { done, outcome } = room(before, { load: async () => ({ ok: false, troubles }) });
  t.same(await outcome, { ok: false, troubles });
  t.same(done, []);
});

t.test("what a reload can't take over is refused with what to do", async (t) => {
  const { done, outcome } = room(loadedConfig({ node: { id: "other" }, inputs, pipelines: { light } }));
  t.match(await outcome, { ok: false, troubles: [{ code: "needs-restart", where: /node/, remedy: /restart/ }] });
  t.same(done, []);
});

t.test("an engine that does not come up refuses the configuration with it", async (t) => {
  const trouble = { code: "engine-not-replaced", where: "engine", what: "it ended while loading", remedy: "look" };
  const { done, outcome } = room(before, {
    plan: async () => [plan("light", [flat])],
    replaceEngine: async () => fail(trouble),
  });
  t.same(await outcome, { ok: false, troubles: [trouble] });
  t.same(done, [], "never applied");
});
