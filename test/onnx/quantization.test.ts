import { readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { inputQuantization } from "../../src/onnx/quantization.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";
import { field, float32, node, TYPE, tinyModel, value, weight } from "../support/tiny-onnx.js";

const INPUT = [value("x", TYPE.uint8, [1, 4])];
const OUTPUT = [value("y", TYPE.float32, [1, 4])];
const SCALE = weight("scale", TYPE.float32, [], float32(0.5));
const ZERO = weight("zero", TYPE.uint8, [], Buffer.from([128]));

t.test("scale and zero point come from the node that takes the input", async (t) => {
  const model = tinyModel({
    nodes: [node("DequantizeLinear", ["x", "scale", "zero"], ["y"])],
    inputs: INPUT,
    outputs: OUTPUT,
    weights: [SCALE, ZERO],
  });
  t.same(inputQuantization(model, "x"), { scale: 0.5, zero_point: 128 });
  t.equal(inputQuantization(model, "other"), null);
});

t.test("nodes that only move elements are looked through", async (t) => {
  const model = tinyModel({
    nodes: [
      node("Transpose", ["x"], ["turned"]),
      node("Relu", ["turned"], ["elsewhere"]),
      node("DequantizeLinear", ["turned", "scale", "zero"], ["y"]),
    ],
    inputs: INPUT,
    outputs: OUTPUT,
    weights: [SCALE, ZERO],
  });
  t.same(inputQuantization(model, "x"), { scale: 0.5, zero_point: 128 });
});

t.test("a zero point that is left out is 0; a negative one keeps its sign, raw or typed", async (t) => {
  const typed = Buffer.concat([
    field(2, TYPE.int8),
    field(8, "zero"),
    field(5, Buffer.from([...new Array(9).fill(0xfe), 1])),
  ]);
  const minusTwo = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  const typedMinusTwo = Buffer.concat([field(2, TYPE.int8), field(8, "zero"), field(5, minusTwo)]);
  const cases: [string, readonly string[], Uint8Array[], number | null][] = [
    ["left out", ["x", "scale"], [SCALE], 0],
    ["raw", ["x", "scale", "zero"], [SCALE, weight("zero", TYPE.int8, [1], Buffer.from([0x80]))], -128],
    ["typed", ["x", "scale", "zero"], [SCALE, typedMinusTwo], -2],
    ["too large", ["x", "scale", "zero"], [SCALE, typed], null],
    ["not there", ["x", "scale", "zero"], [SCALE], null],
  ];
  for (const [name, inputs, weights, expected] of cases) {
    const model = tinyModel({
      nodes: [node("DequantizeLinear", inputs, ["y"])],
      inputs: INPUT,
      outputs: OUTPUT,
      weights,
    });
    t.equal(inputQuantization(model, "x")?.zero_point ?? null, expected, name);
  }
});

t.test("a scale per channel, of no size or of no sense is none", async (t) => {
  for (const [name, scale] of [
    ["two numbers", weight("scale", TYPE.float32, [2], float32(0.5, 0.25))],
    ["zero", weight("scale", TYPE.float32, [], float32(0))],
    ["not a number", weight("scale", TYPE.float32, [], float32(Number.NaN))],
    ["endless", weight("scale", TYPE.float32, [], float32(Number.POSITIVE_INFINITY))],
    ["another type", weight("scale", TYPE.int64, [], Buffer.alloc(8, 1))],
  ] as const) {
    const weights = [scale, ZERO];
    const nodes = [node("DequantizeLinear", ["x", "scale", "zero"], ["y"])];
    t.equal(inputQuantization(tinyModel({ nodes, inputs: INPUT, outputs: OUTPUT, weights }), "x"), null, name);
  }
});

t.test("the uint8 and int8 models of ../shared/data take pixels as they are", { skip: needsSharedData }, async (t) => {
  const uint8 = inputQuantization(readFileSync(sharedData("models", "waste-sorter", "waste-128-uint8.onnx")), "input");
  t.ok(uint8 !== null && Math.abs(uint8.scale - 1 / 128) < 1e-4, "(v - 128) / 128");
  t.equal(uint8?.zero_point, 128);
  const int8 = inputQuantization(readFileSync(sharedData("models", "person-presence", "vww-96-int8.onnx")), "input");
  t.ok(int8 !== null && Math.abs(int8.scale - 1 / 255) < 1e-4, "v / 255");
  t.equal(int8?.zero_point, -128);
});

t.test("rings and damage end in null or a number, never in a throw or a loop", async (t) => {
  const ring = tinyModel({
    nodes: [node("Identity", ["x"], ["a"]), node("Identity", ["a"], ["x"])],
    inputs: INPUT,
    outputs: OUTPUT,
  });
  t.equal(inputQuantization(ring, "x"), null);
  const model = tinyModel({
    nodes: [node("DequantizeLinear", ["x", "scale", "zero"], ["y"])],
    inputs: INPUT,
    outputs: OUTPUT,
    weights: [SCALE, ZERO],
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(model.length - 1), fc.nat(255)), { maxLength: 4 }), (flips) => {
      const bytes = Buffer.from(model);
      for (const [at, byte] of flips) bytes[at] = byte;
      const found = inputQuantization(bytes, "x");
      return found === null || (found.scale > 0 && Number.isInteger(found.zero_point));
    }),
    { numRuns: 3000 },
  );
});
