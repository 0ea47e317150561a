// Classes, values and raw tensors from tensors made by hand.

import t from "tap";
import type { Answer } from "../../../src/contract/result.js";
import { PACKAGE_SETTINGS } from "../../../src/contract/variant.js";
import { expectOk, expectTrouble, floats } from "../spec.js";
import { decode } from "./run.js";

const labels = ["red", "green", "blue"];

function classes(answer: Answer): string[] {
  if (!("classes" in answer)) throw new Error("no classes");
  return answer.classes.map(({ label, class_id, score }) => `${label} ${class_id} ${score}`);
}

t.test("softmax takes probabilities as they are, best first, equals in their order", async (t) => {
  const output = { decoder: "softmax", top_k: 2 };
  t.same(classes(expectOk(decode({ output, labels }, { out: floats([1, 3], [0.25, 0.5, 0.25]) }))), [
    "green 1 0.5",
    "red 0 0.25",
  ]);
  t.same(classes(expectOk(decode({ output }, { out: floats([1, 3, 1, 1], [0, 0.25, 0.75]) }))), [
    "2 2 0.75",
    "1 1 0.25",
  ]);
});

t.test("logits go through the softmax, however large", async (t) => {
  const output = { decoder: "logits" };
  const found = classes(expectOk(decode({ output, labels }, { out: floats([1, 3], [1000, 1000 + Math.LN2, -1000]) })));
  t.same(found, ["green 1 0.66667", "red 0 0.33333", "blue 2 0"]);
});

t.test("sigmoid lets several labels be true, and leaves out those that are not", async (t) => {
  const found = classes(
    expectOk(decode({ output: { decoder: "sigmoid" }, labels }, { out: floats([3], [Math.log(3), -80, 0]) })),
  );
  t.same(found, ["red 0 0.75", "blue 2 0.5"]);
});

t.test("a pipeline's labels and threshold cut the classes; probabilities are not made anew", async (t) => {
  const settings = { ...PACKAGE_SETTINGS, labels: ["blue", "red"], minScore: 0.2 };
  const found = decode({ output: { decoder: "softmax" }, labels }, { out: floats([1, 3], [0.1, 0.6, 0.3]) }, settings);
  t.same(classes(expectOk(found)), ["blue 2 0.3"]);
});

t.test("classes that the labels do not fit, and numbers that are none, are troubles", async (t) => {
  const output = { decoder: "softmax" };
  t.match(expectTrouble(decode({ output, labels }, { out: floats([1, 4], [0, 0, 0, 1]) })), {
    code: "label-count",
    what: /3 labels.*4 classes/,
  });
  t.match(expectTrouble(decode({ output, labels }, { out: floats([2, 3], [0, 0, 0, 0, 0, 1]) })), {
    code: "wrong-output-shape",
  });
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    t.match(expectTrouble(decode({ output, labels }, { out: floats([1, 3], [0, bad, 0]) })), {
      code: "output-not-finite",
    });
  }
});

t.test("scalar is a share of the scale and stays on it, or the number itself where there is no scale", async (t) => {
  const value = (x: number, output: object, settings = PACKAGE_SETTINGS) => {
    const answer = expectOk(
      decode({ output: { decoder: "scalar", ...output } }, { out: floats([1, 1], [x]) }, settings),
    );
    return "values" in answer ? answer.values[0] : null;
  };
  const bar = { name: "pressure", unit: "bar", min: 0, max: 4 };
  t.same(value(0.25, bar), { name: "pressure", value: 1, unit: "bar" });
  t.same(
    [-0.1, 1.2].map((x) => value(x, bar)?.value),
    [0, 4],
    "a needle cannot leave the scale",
  );
  t.same(value(-17.5, {}), { name: "value", value: -17.5, unit: null });
  t.equal(value(1 / 3, {})?.value, 0.333333);
  const own = { ...PACKAGE_SETTINGS, value: { name: "Boiler", unit: "°C", min: -20, max: 120 } };
  t.same(value(0.5, bar, own), { name: "Boiler", value: 50, unit: "°C" });
  const named = { ...PACKAGE_SETTINGS, value: { name: "Boiler", unit: null, min: null, max: null } };
  t.same(value(0.5, bar, named), { name: "Boiler", value: 2, unit: "bar" }, "the package fills up what is not given");
  t.match(expectTrouble(decode({ output: { decoder: "scalar" } }, { out: floats([1], [Number.NaN]) })), {
    code: "output-not-finite",
  });
  t.match(expectTrouble(decode({ output: { decoder: "scalar" } }, { out: floats([1, 2], [0, 1]) })), {
    code: "wrong-output-shape",
  });
});

t.test("raw hands the named tensors on, in plain numbers, as long as they fit a message", async (t) => {
  const tensors = { a: floats([1, 2], [0.5, -1]), b: { type: "int64", shape: [1], data: BigInt64Array.of(7n) } };
  t.same(expectOk(decode({ output: { decoder: "raw", outputs: ["b"] } }, tensors)), {
    tensors: [{ name: "b", type: "int64", shape: [1], data: [7] }],
  });
  t.match(expectOk(decode({ output: { decoder: "raw" } }, tensors)), {
    tensors: [{ name: "a", data: [0.5, -1] }, { name: "b" }],
  });
  t.match(expectTrouble(decode({ output: { decoder: "raw", outputs: ["c"] } }, tensors)), { code: "unknown-output" });
  const large = { out: { type: "float32", shape: [70_000], data: new Float32Array(70_000) } };
  t.match(expectTrouble(decode({ output: { decoder: "raw" } }, large)), { code: "answer-too-large" });
  t.match(expectTrouble(decode({ output: { decoder: "raw" } }, { out: floats([1], [Number.NaN]) })), {
    code: "output-not-finite",
  });
});
