import t from "tap";
import type { LoadReport, VariantSpec } from "../../src/contract/variant.js";
import { allowedVariants, type Candidates, chooseVariant, loadOrder } from "../../src/daemon/variant-choice.js";

// Only the names matter to the choice; the rest of a spec is the engine's.
const variant = (name: string, pkg = "p"): VariantSpec =>
  ({ key: `${pkg}@1.0.0:${name}`, variant: name }) as VariantSpec;
const resident = (...variants: VariantSpec[]) =>
  new Map(variants.map((spec) => [spec.key, { key: spec.key } as LoadReport]));

const [large, medium, small] = [variant("large"), variant("medium"), variant("small")];
const free: Candidates = {
  pipeline: "people",
  variants: [large, medium, small],
  operatorPin: null,
  configuredPin: null,
};

t.test("without a pin the best resident variant runs, and the reason names those that were passed over", async (t) => {
  const all = chooseVariant(free, resident(large, medium, small), new Map());
  t.match(all, { ok: true, value: { variant: { variant: "large" }, decidedBy: "configuration", pinned: false } });
  const some = chooseVariant(free, resident(medium, small), new Map());
  t.match(some, { ok: true, value: { variant: { variant: "medium" }, decidedBy: "engine", reason: /not large/ } });
});

t.test("the operator's pin wins over the configuration's", async (t) => {
  const choice = chooseVariant(
    { ...free, operatorPin: "small", configuredPin: "medium" },
    resident(large, medium, small),
    new Map(),
  );
  t.match(choice, { ok: true, value: { variant: { variant: "small" }, decidedBy: "operator", pinned: true } });
});

t.test("a pinned variant that could not be loaded is stood in for, with the reason", async (t) => {
  const trouble = {
    code: "variant-not-resident",
    where: "p",
    what: "over the memory budget",
    remedy: "raise engine.memory",
  };
  const choice = chooseVariant({ ...free, operatorPin: "large" }, resident(medium), new Map([[large.key, trouble]]));
  t.match(choice, {
    ok: true,
    value: { variant: { variant: "medium" }, pinned: false, reason: /over the memory budget/ },
  });
});

t.test("with nothing resident the first failure is the pipeline's trouble", async (t) => {
  const trouble = { code: "model-digest-mismatch", where: "m", what: "w", remedy: "r" };
  t.match(chooseVariant(free, new Map(), new Map([[medium.key, trouble]])), { ok: false, trouble });
});

t.test("an unknown name among the configured variants is refused with the nearest one", async (t) => {
  t.match(allowedVariants("people", [large, medium], ["small", "larg"]), {
    ok: false,
    trouble: { code: "unknown-variant" },
  });
  t.match(allowedVariants("people", [large, medium], ["larg"]), { ok: false, trouble: { remedy: /"large"/ } });
  t.same(allowedVariants("people", [large, medium, small], ["small", "large"]), { ok: true, value: [small, large] });
});

t.test(
  "every pipeline gets its first choice loaded before any gets its second, and shared variants are loaded once",
  async (t) => {
    const other = variant("only", "q");
    const pinned: Candidates = { ...free, configuredPin: "small" };
    const order = loadOrder([pinned, { ...free, pipeline: "other", variants: [other, large] }]).map((spec) => spec.key);
    t.same(order, ["p@1.0.0:small", "q@1.0.0:only", "p@1.0.0:large", "p@1.0.0:medium"]);
  },
);
