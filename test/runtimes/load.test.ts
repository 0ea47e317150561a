// What loading shows: troubles with a code for each kind of bad model, and who ran what.

import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { fail, ok } from "../../src/base/result.js";
import { loadSession, runtimeFacts } from "../../src/runtimes/onnxruntime.js";
import type { SessionOptions } from "../../src/runtimes/runtime.js";
import { float32, node, reluModel, TYPE, tinyModel, value, weight } from "../support/tiny-onnx.js";

const X = { type: "float32", shape: [1, 4], data: Float32Array.of(-1, 0, 1, 2) };

const OPTIONS: SessionOptions = {
  where: "tiny/model.yaml:9:5",
  providers: ["cpu"],
  threads: 1,
  scratchDirectory: tmpdir(),
  firstInput: async () => ok(X),
};

function oneNode(opType: string, more: { opset?: number; irVersion?: number; domain?: string } = {}): Buffer {
  return tinyModel({
    nodes: [node(opType, ["x"], ["y"], more.domain)],
    inputs: [value("x", TYPE.float32, [1, 4])],
    outputs: [value("y", TYPE.float32, [1, 4])],
    ...more,
  });
}

t.test("each kind of bad model has its code and a remedy", async (t) => {
  const huge = Buffer.alloc(8);
  huge.writeBigInt64LE(2n ** 46n);
  const tooBig = tinyModel({
    nodes: [
      node("ConstantOfShape", ["size"], ["zeros"]),
      node("ReduceSum", ["zeros"], ["sum"]),
      node("Add", ["x", "sum"], ["y"]),
    ],
    inputs: [value("x", TYPE.float32, [1, 4]), value("size", TYPE.int64, [1])].slice(0, 1),
    outputs: [value("y", TYPE.float32, [1, 4])],
    weights: [weight("size", TYPE.int64, [1], huge)],
  });
  const cases: [string, Buffer][] = [
    ["not-an-onnx-model", Buffer.from("this is no model\n")],
    ["not-an-onnx-model", Buffer.alloc(0)],
    ["unsupported-operator", oneNode("NoSuchOperator")],
    ["unsupported-operator", oneNode("Relu", { domain: "com.example" })],
    ["model-too-new", oneNode("Relu", { opset: 99 })],
    ["model-too-new", oneNode("Relu", { irVersion: 99 })],
    ["out-of-memory", tooBig],
  ];
  for (const [code, model] of cases) {
    const loaded = await loadSession(model, OPTIONS);
    t.match(loaded, { ok: false, trouble: { code, where: OPTIONS.where, remedy: /\w+ \w+/ } }, code);
    if (!loaded.ok) t.notMatch(loaded.trouble.what, /onnxruntime_src|::|\n/, "without the runtime's own places");
  }
});

t.test("a tensor of another shape fails the load, not the first frame", async (t) => {
  const loaded = await loadSession(reluModel([1, 5]), OPTIONS);
  t.match(loaded, { ok: false, trouble: { what: /dimension/ } });
  const refused = await loadSession(reluModel([1, 4]), {
    ...OPTIONS,
    firstInput: async () => fail({ code: "wrong-input-shape", where: "x", what: "y", remedy: "z" }),
  });
  t.match(refused, { ok: false, trouble: { code: "wrong-input-shape" } }, "the caller's own check counts");
});

t.test("open dimensions are told as null, and outputs follow the input", async (t) => {
  const loaded = await loadSession(reluModel(["batch", "n"]), OPTIONS);
  if (!loaded.ok) throw new Error(loaded.trouble.what);
  const { session } = loaded.value;
  t.same(session.inputs, [{ name: "x", type: "float32", shape: [null, null] }]);
  for (const length of [4, 2, 7]) {
    const data = Float32Array.from({ length }, (_, i) => i - 1);
    const run = await session.run({ type: "float32", shape: [1, length], data });
    if (!run.ok) throw new Error(run.trouble.what);
    t.same(run.value.get("y")?.shape, [1, length]);
    t.same(
      Array.from(run.value.get("y")?.data ?? [], Number),
      Array.from(data, (x) => Math.max(0, x)),
    );
  }
  await session.release();
});

t.test("float16 is the same bits in and out, whatever arrays Node has", async (t) => {
  const HALF = 10;
  const [minusOne, two] = [0xbc00, 0x4000];
  for (const shape of [
    [1, 2],
    ["batch", 2],
  ]) {
    const input = { type: "float16", shape: [1, 2], data: Uint16Array.of(minusOne, two) };
    const loaded = await loadSession(reluModel(shape, HALF), { ...OPTIONS, firstInput: async () => ok(input) });
    if (!loaded.ok) throw new Error(loaded.trouble.what);
    const run = await loaded.value.session.run(input);
    t.same(run.ok && run.value.get("y")?.data, Uint16Array.of(0, two));
    await loaded.value.session.release();
  }
});

t.test("a run that fails is a trouble, and the next one goes well", async (t) => {
  const loaded = await loadSession(reluModel([1, 4]), OPTIONS);
  if (!loaded.ok) throw new Error(loaded.trouble.what);
  const { session } = loaded.value;
  const bad = await session.run({ type: "float32", shape: [1, 3], data: new Float32Array(3) });
  t.match(bad, { ok: false, trouble: { code: "run-failed", where: OPTIONS.where } });
  const good = await session.run(X);
  t.same(good.ok && good.value.get("y")?.data, Float32Array.of(0, 0, 1, 2));
  await session.release();
});

t.test("the report says who ran how many nodes, and the scratch folder is left empty", async (t) => {
  const scratchDirectory = mkdtempSync(join(tmpdir(), "isotherm-test-"));
  t.teardown(() => rmSync(scratchDirectory, { recursive: true }));
  const loaded = await loadSession(reluModel([1, 4]), { ...OPTIONS, scratchDirectory });
  if (!loaded.ok) throw new Error(loaded.trouble.what);
  const { report, session } = loaded.value;
  t.match(report, { requested: ["cpu"], nodesByProvider: { cpu: 1 }, provider: "cpu", fallback: null });
  t.ok(report.warmLatencyMs > 0);
  t.same(readdirSync(scratchDirectory), []);
  await session.release();
});

t.test("a scratch folder that is not there is no reason to refuse a model", async (t) => {
  const loaded = await loadSession(reluModel([1, 4]), { ...OPTIONS, scratchDirectory: "/nowhere/at/all" });
  t.match(loaded, { ok: true, value: { report: { provider: "cpu", nodesByProvider: { cpu: 1 } } } });
  t.notOk(existsSync("/nowhere"));
});

t.test("a provider that this installation lacks is told, and the CPU answers", async (t) => {
  const { providersBuiltIn, version } = runtimeFacts();
  t.match(version, /^\d+\.\d+/);
  t.ok(providersBuiltIn.includes("cpu"));
  if (providersBuiltIn.includes("tensorrt")) return;
  const loaded = await loadSession(reluModel([1, 4]), { ...OPTIONS, providers: ["tensorrt", "cuda", "cpu"] });
  t.match(loaded, {
    ok: true,
    value: { report: { requested: ["tensorrt", "cuda", "cpu"], provider: "cpu", fallback: /^tensorrt: / } },
  });
});

t.test("weights keep their value over many runs in the same buffers", async (t) => {
  const model = tinyModel({
    nodes: [node("Add", ["x", "w"], ["y"])],
    inputs: [value("x", TYPE.float32, [1, 4])],
    outputs: [value("y", TYPE.float32, [1, 4])],
    weights: [weight("w", TYPE.float32, [4], float32(1, 2, 3, 4))],
  });
  const loaded = await loadSession(model, OPTIONS);
  if (!loaded.ok) throw new Error(loaded.trouble.what);
  for (let i = 0; i < 5; i++) {
    X.data.fill(i);
    const run = await loaded.value.session.run(X);
    t.same(run.ok && run.value.get("y")?.data, Float32Array.of(i + 1, i + 2, i + 3, i + 4));
  }
  await loaded.value.session.release();
});
