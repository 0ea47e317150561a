// Who ran what, from profiles that this machine cannot make: a GPU's. Their form is that of the CPU's, which load.test.ts reads for real.

import fc from "fast-check";
import t from "tap";
import { mainProvider, placementOf } from "../../src/runtimes/profile.js";
import { fallbackText, planProviders } from "../../src/runtimes/providers.js";

function profile(...nodes: readonly (readonly [name: string, operator: string, provider: string])[]): string {
  const head = { cat: "Session", name: "model_run", args: {} };
  const events = nodes.map(([name, operator, provider]) => ({
    cat: "Node",
    name: `${name}_kernel_time`,
    args: { op_name: operator, provider },
  }));
  return JSON.stringify([head, ...events]);
}

const CUDA = "CUDAExecutionProvider";
const CPU = "CPUExecutionProvider";

t.test("a node counts once however often it runs; copies between devices are no nodes", async (t) => {
  const text = profile(
    ["conv", "Conv", CUDA],
    ["loop/add", "Add", CUDA],
    ["loop/add", "Add", CUDA],
    ["copy", "MemcpyToHost", CUDA],
  );
  t.same(placementOf(text, "cuda"), { nodes: { cuda: 2 }, elsewhere: {} });
});

t.test("shape arithmetic on the CPU is no fallback, an operator that computes is", async (t) => {
  const plan = planProviders(["cuda", "cpu"], ["cuda", "cpu"]);
  const shapes = placementOf(profile(["a", "Conv", CUDA], ["b", "Shape", CPU], ["c", "Gather", CPU]), "cuda");
  t.equal(fallbackText(plan, {}, shapes), null);
  const resize = placementOf(profile(["a", "Conv", CUDA], ["b", "Resize", CPU], ["c", "Resize", CPU]), "cuda");
  t.equal(fallbackText(plan, {}, resize), "cuda ran 1 of 3 nodes, others ran 2 Resize");
  t.equal(mainProvider(resize?.nodes ?? {}, "cuda"), "cpu", "most of them");
});

t.test("providers are tried in order, then without the first, and the CPU comes last", async (t) => {
  const all = ["cpu", "cuda", "tensorrt"];
  t.same(planProviders(["tensorrt", "cuda", "cpu"], all).attempts, [
    ["tensorrt", "cuda", "cpu"],
    ["cuda", "cpu"],
    ["cpu"],
  ]);
  t.same(planProviders(["cuda"], all).attempts, [["cuda", "cpu"], ["cpu"]], "even unasked");
  t.same(planProviders(["cpu", "cuda"], all).attempts, [["cpu"]], "nothing behind the CPU would get a node");
  t.same(planProviders([], all), { requested: ["cpu"], attempts: [["cpu"]], missing: [] });
  t.same(planProviders(["tensorrt", "cuda", "cpu"], ["cpu"]), {
    requested: ["tensorrt", "cuda", "cpu"],
    attempts: [["cpu"]],
    missing: ["tensorrt", "cuda"],
  });
});

t.test("the first provider asked for is explained, the others are not missed", async (t) => {
  const plan = planProviders(["cuda", "tensorrt", "cpu"], ["cuda", "cpu"]);
  const placement = placementOf(profile(["a", "Conv", CUDA]), "cuda");
  t.equal(fallbackText(plan, {}, placement), null);
  t.match(fallbackText(plan, { cuda: "no device" }, placement), /^cuda did not start: no device/);
  t.match(fallbackText(planProviders(["cuda"], ["cpu"]), {}, null), /^cuda: this installation/);
  t.equal(fallbackText(plan, {}, null), null, "without a profile nothing is claimed");
});

t.test("a profile that is cut short or is none gives null", async (t) => {
  const good = profile(["a", "Conv", CPU]);
  for (const text of [
    "",
    "[",
    good.slice(0, -20),
    "{}",
    "null",
    '[{"cat":"Node"}]',
    '[{"cat":"Node","name":3,"args":{}}]',
  ])
    t.equal(placementOf(text, "cpu"), null, text.slice(0, 20));
  fc.assert(
    fc.property(fc.json(), (text) => {
      placementOf(text, "cpu");
    }),
  );
});
