// Each detection decoder on tensors made by hand; the expected boxes are worked out in the comments or by the encoding's inverse.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { Tensor } from "../../../src/contract/tensor.js";
import { PACKAGE_SETTINGS } from "../../../src/contract/variant.js";
import { halfBits } from "../../../src/kernels/twin/half.js";
import { expectOk, expectTrouble, floats } from "../spec.js";
import { decode, detected } from "./run.js";

const labels = ["cat", "dog"];

/** A tensor of zeros with some values set; the index is row-major. */
function sparse(shape: readonly number[], values: Readonly<Record<number, number>>): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (const [index, value] of Object.entries(values)) data[Number(index)] = value;
  return { type: "float32", shape, data };
}

/** One row of a tensor of rows: `values` from its start. */
function row(length: number, index: number, values: readonly number[]): Record<number, number> {
  return Object.fromEntries(values.map((value, i) => [index * length + i, value]));
}

t.test("boxes-scores reads each box format, in shares or in pixels", async (t) => {
  const scores = floats([1, 1, 2], [0.1, 0.9]);
  const forms = { xyxy: [16, 8, 48, 24], yxyx: [8, 16, 24, 48], cxcywh: [32, 16, 32, 16] };
  for (const [box_format, box] of Object.entries(forms)) {
    const output = { decoder: "boxes-scores", box_format };
    const inPixels = { boxes: floats([1, 1, 4], box), scores };
    t.same(
      detected({ output: { ...output, normalized: false }, labels }, inPixels),
      ["dog 0.9 16,8,32,16"],
      box_format,
    );
    const inShares = {
      boxes: floats(
        [1, 1, 4],
        box.map((side) => side / 64),
      ),
      scores,
    };
    t.same(detected({ output, labels }, inShares), ["dog 0.9 16,8,32,16"], box_format);
  }
});

t.test("a background column is no class, wherever it stands", async (t) => {
  const boxes = floats([1, 1, 4], [0, 0, 0.5, 0.5]);
  const found = (background: number, scores: number[]) =>
    detected({ output: { decoder: "boxes-scores", background }, labels }, { boxes, scores: floats([1, 1, 3], scores) });
  t.same(found(0, [0.99, 0.2, 0.8]), ["dog 0.8 0,0,32,32"]);
  t.same(found(2, [0.8, 0.2, 0.99]), ["cat 0.8 0,0,32,32"]);
  t.same(found(1, [0.2, 0.99, 0.8]), ["dog 0.8 0,0,32,32"]);
});

t.test("boxes-scores applies offsets to the priors of a file", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "isotherm-priors-"));
  t.teardown(() => import("node:fs").then(({ rmSync }) => rmSync(directory, { recursive: true })));
  const bytes = Buffer.alloc(16);
  for (const [i, side] of [0.5, 0.5, 0.25, 0.5].entries()) bytes.writeFloatLE(side, 4 * i);
  writeFileSync(join(directory, "priors.bin"), bytes);
  const output = { decoder: "boxes-scores", priors: { file: "priors.bin", variances: [0.1, 0.2] } };
  const scores = floats([1, 1, 2], [0.9, 0]);
  // Right by 2 * 0.1 * 0.25 = 0.05, twice as wide (e^(0.2 * ln 2 / 0.2)), as high as the prior.
  const offsets = [2, 0, Math.LN2 / 0.2, 0];
  t.same(detected({ output, labels, directory }, { boxes: floats([1, 1, 4], offsets), scores }), [
    "cat 0.9 19.2,16,32,32",
  ]);
  const yFirst = { ...output, box_format: "yxyx" };
  t.same(
    detected({ output: yFirst, labels, directory }, { boxes: floats([1, 1, 4], [0, 2, 0, Math.LN2 / 0.2]), scores }),
    ["cat 0.9 19.2,16,32,32"],
  );
  const two = { boxes: floats([1, 2, 4], [...offsets, ...offsets]), scores: floats([1, 2, 2], [0.9, 0, 0.9, 0]) };
  t.match(expectTrouble(decode({ output, labels, directory }, two)), { code: "priors-size", what: /16 bytes, not 32/ });
  const missing = { ...output, priors: { ...output.priors, file: "other.bin" } };
  t.match(
    expectTrouble(decode({ output: missing, labels, directory }, { boxes: floats([1, 1, 4], offsets), scores })),
    { code: "priors-missing" },
  );
});

t.test("ssd makes the priors by its formula, in the order stride, row, column, size, ratio", async (t) => {
  // 64x32 pixels: 4x2 cells of stride 16 with two sizes, then 2x1 of stride 32 with one: 18 priors, a cell's centre in its middle.
  const priors = { strides: [16, 32], min_sizes: [[8, 16], [32]] };
  const parts = { output: { decoder: "ssd", priors, background: 0 }, labels, inputSize: [64, 32] as const };
  const scores = (place: number) => sparse([1, 18, 3], row(3, place, [0, 0.9, 0.1]));
  const boxes = sparse([1, 18, 4], {});
  t.same(detected(parts, { boxes, scores: scores(0) }), ["cat 0.9 4,4,8,8"], "first cell, first size");
  t.same(detected(parts, { boxes, scores: scores(3) }), ["cat 0.9 16,0,16,16"], "second cell, second size");
  t.same(detected(parts, { boxes, scores: scores(8) }), ["cat 0.9 4,20,8,8"], "second row");
  t.same(detected(parts, { boxes, scores: scores(17) }), ["cat 0.9 32,0,32,32"], "second stride");
  const wide = { ...parts, output: { ...parts.output, priors: { ...priors, min_sizes: [[8], [32]], ratios: [1, 4] } } };
  const twenty = { boxes: sparse([1, 20, 4], {}), scores: sparse([1, 20, 3], row(3, 1, [0, 0.9, 0.1])) };
  t.same(detected(wide, twenty), ["cat 0.9 0,6,16,4"], "twice as wide, half as high");
  t.match(expectTrouble(decode({ ...parts, inputSize: [64, 64] }, { boxes, scores: scores(0) })), {
    code: "wrong-place-count",
    what: /18 boxes.*36/,
  });
});

t.test("ssd activates the scores as it is told", async (t) => {
  const parts = { output: { decoder: "ssd", priors: { strides: [64], min_sizes: [[32]] }, background: 0 }, labels };
  const tensors = { boxes: sparse([1, 1, 4], {}), scores: floats([1, 1, 3], [0, Math.log(2), -9]) };
  t.same(detected({ ...parts, output: { ...parts.output, activation: "softmax" } }, tensors), [
    "cat 0.667 16,16,32,32",
  ]);
  t.same(detected({ ...parts, output: { ...parts.output, activation: "sigmoid" } }, tensors), [
    "cat 0.667 16,16,32,32",
  ]);
  t.same(detected(parts, tensors), ["cat 0.693 16,16,32,32"]);
});

t.test("yolox counts centres from the cell and sizes as logarithms, in strides", async (t) => {
  // 64x32: 8x4 cells of stride 8, then 4x2 of 16: place 32 + 5 is column 1, row 1 of the second.
  const parts = { output: { decoder: "yolox", strides: [8, 16] }, labels, inputSize: [64, 32] as const };
  // Centre (1.5 * 16, 1.25 * 16) = (24, 20), size 2 * 16 by 1 * 16.
  const cell = [0.5, 0.25, Math.LN2, 0, 0.8, 0.1, 0.9];
  t.same(detected(parts, { out: sparse([1, 40, 7], row(7, 37, cell)) }), ["dog 0.72 8,12,32,16"]);
  // Before the sigmoid: 1 / (1 + 1/4) * 1 / (1 + 1/9) = 0.8 * 0.9; the zeros of the other cells are a half each, 0.25 together.
  const logits = [...cell.slice(0, 4), Math.log(4), -9, Math.log(9)];
  const output = { ...parts.output, activation: "sigmoid" };
  t.same(detected({ ...parts, output }, { out: sparse([1, 40, 7], row(7, 37, logits)) }), ["dog 0.72 8,12,32,16"]);
  t.match(expectTrouble(decode(parts, { out: sparse([1, 41, 7], {}) })), {
    code: "wrong-place-count",
    what: /41 boxes.*40/,
  });
});

t.test("yolov5 multiplies objectness and class, and takes the best class of a row", async (t) => {
  const rows = [...[32, 16, 32, 16, 0.8, 0.5, 0.9], ...[8, 8, 4, 4, 0.5, 0.5, 0.5]];
  t.same(detected({ output: { decoder: "yolov5" }, labels }, { out: floats([1, 2, 7], rows) }), [
    "dog 0.72 16,8,32,16",
  ]);
});

t.test("yolov8 reads planes, and tells a model that has rows", async (t) => {
  const planes = [32, 8, 7, 16, 8, 7, 32, 4, 4, 16, 4, 4, 0.1, 0.2, 0.1, 0.9, 0.1, 0.2];
  t.same(detected({ output: { decoder: "yolov8" }, labels }, { out: floats([1, 6, 3], planes) }), [
    "dog 0.9 16,8,32,16",
  ]);
  const turned = expectTrouble(decode({ output: { decoder: "yolov8" }, labels }, { out: floats([1, 3, 6], planes) }));
  t.match(turned, { code: "wrong-output-shape", remedy: /transpose/ });
});

t.test("nanodet takes the mean of each side's distribution, from the corner of the cell", async (t) => {
  // 32x32, stride 16: 2x2 cells; place 3 is column 1, row 1, at (16, 16). reg_max 3: bins 0..3.
  const parts = { output: { decoder: "nanodet", strides: [16], reg_max: 3 }, labels, inputSize: [32, 32] as const };
  const sharpOn = (bin: number) => [0, 1, 2, 3].map((b) => (b === bin ? 40 : 0));
  // Left half a stride (bins 0 and 1 equal), up one, right one, down a quarter of (0..3 flat) = 1.5, cut at the edge.
  const sides = [...[40, 40, 0, 0], ...sharpOn(1), ...sharpOn(1), ...[0, 0, 0, 0]];
  const tensor = sparse([1, 4, 18], row(18, 3, [0.1, 0.9, ...sides]));
  t.same(detected(parts, { out: tensor }), ["dog 0.9 8,0,24,32"]);
  const logits = { ...parts, output: { ...parts.output, activation: "sigmoid", min_score: 0.6 } };
  t.same(detected(logits, { out: sparse([1, 4, 18], row(18, 3, [-3, Math.log(9), ...sides])) }), ["dog 0.9 8,0,24,32"]);
});

t.test("fastestdet weighs objectness and class, and centres by the hyperbolic tangent", async (t) => {
  // 2x2 cells of a 64x64 input; cell 3 is column 1, row 1. sigmoid(0) = half of the input, tanh(0) = the cell's corner.
  const plane = (values: readonly number[]) => Object.fromEntries(values.map((value, i) => [4 * i + 3, value]));
  const tensor = sparse([1, 7, 2, 2], plane([0.8, 0, 0, 0, 0, 0.1, 0.9]));
  t.same(detected({ output: { decoder: "fastestdet" }, labels }, { out: tensor }), [
    `dog ${Number((0.8 ** 0.6 * 0.9 ** 0.4).toFixed(3))} 16,16,32,32`,
  ]);
});

t.test("half floats are read as the numbers that they are", async (t) => {
  const boxes = { type: "float16", shape: [1, 1, 4], data: Uint16Array.from([0.25, 0.25, 0.5, 0.5], halfBits) };
  const scores = { type: "float16", shape: [1, 1, 2], data: Uint16Array.from([0.125, 0.75], halfBits) };
  t.same(detected({ output: { decoder: "boxes-scores" }, labels }, { boxes, scores }), ["dog 0.75 16,16,16,16"]);
});

t.test("answers are the best ones, of the labels and scores that the pipeline wants, and counted", async (t) => {
  const rows = Array.from({ length: 20 }, (_, i) => [
    ...[3 * i + 2, 8, 2, 8],
    1,
    i % 2 === 0 ? 0.4 + i / 100 : 0,
    i % 2 === 1 ? 0.4 + i / 100 : 0,
  ]);
  const tensors = { out: floats([1, 20, 7], rows.flat()) };
  const parts = { output: { decoder: "yolov5", max_detections: 3 }, labels };
  t.same(
    detected(parts, tensors).map((text) => text.slice(0, 8)),
    ["dog 0.59", "cat 0.58", "dog 0.57"],
  );
  const onlyCats = { ...PACKAGE_SETTINGS, labels: ["cat", "unicorn"], minScore: 0.55 };
  t.same(
    detected(parts, tensors, onlyCats).map((text) => text.slice(0, 8)),
    ["cat 0.58", "cat 0.56"],
  );
  t.same(expectOk(decode(parts, tensors)), { ...expectOk(decode(parts, tensors)), counts: { dog: 2, cat: 1 } });
  t.same(
    detected({ ...parts, labels: [] }, tensors)[0]?.slice(0, 6),
    "1 0.59",
    "a class without a label is called by its number",
  );
});

t.test("a model that gives NaN is told, not taken for an empty scene", async (t) => {
  const cases = {
    yolov5: floats([1, 1, 7], [1, 1, 1, 1, Number.NaN, 0.5, 0.5]),
    yolov8: floats([1, 6, 1], [1, 1, 1, 1, 0.1, Number.NaN]),
    fastestdet: floats([1, 7, 1, 1], [Number.NaN, 0, 0, 0, 0, 0, 0]),
  };
  for (const [decoder, out] of Object.entries(cases)) {
    t.equal(expectTrouble(decode({ output: { decoder }, labels }, { out })).code, "output-not-finite", decoder);
  }
});

t.test("what does not fit the model is told when it is loaded, with what would", async (t) => {
  const boxes = floats([1, 3, 4], new Array(12).fill(0));
  const scores = floats([1, 3, 2], new Array(6).fill(0));
  const trouble = (output: Record<string, unknown>, tensors: Record<string, Tensor>) =>
    expectTrouble(decode({ output, labels }, tensors));
  t.match(trouble({ decoder: "boxes-scores", boxes: "boxs" }, { boxes, scores }), {
    code: "unknown-output",
    remedy: /did you mean "boxes"/,
  });
  t.match(trouble({ decoder: "yolov5" }, { boxes, scores }), {
    code: "output-not-named",
    what: /2 outputs \(boxes, scores\)/,
  });
  t.match(trouble({ decoder: "fastestdet" }, { boxes }), {
    code: "no-classes",
    what: /1 numbers/,
  });
  t.match(trouble({ decoder: "boxes-scores" }, { boxes, scores: floats([1, 4, 2], new Array(8).fill(0)) }), {
    code: "wrong-output-shape",
  });
  t.match(trouble({ decoder: "boxes-scores", background: 0 }, { boxes, scores }), {
    code: "label-count",
    what: /2 labels, the model 1 classes/,
  });
  t.match(trouble({ decoder: "boxes-scores", background: 7 }, { boxes, scores }), { code: "no-such-column" });
  t.match(trouble({ decoder: "boxes-scores" }, { boxes: { ...boxes, type: "int64" }, scores }), {
    code: "wrong-output-type",
  });
});
