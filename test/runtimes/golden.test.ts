// Every image model of ../shared/data gives the outputs that were seen when they were recorded, with the weights cleaned out of
// the inputs where there are any.

import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import t, { type Test } from "tap";
import { ok } from "../../src/base/result.js";
import type { Tensor, TensorData } from "../../src/contract/tensor.js";
import { withoutWeightInputs } from "../../src/onnx/weights-inputs.js";
import { loadSession } from "../../src/runtimes/onnxruntime.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";

const PACKAGES = ["face-detector", "coco-fastest", "imagenet-mobilenet", "waste-sorter", "person-presence", "digits"];

interface Golden {
  readonly models: Readonly<Record<string, GoldenModel>>;
}
interface GoldenModel {
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly shape: readonly number[] }[];
  readonly outputs: Readonly<
    Record<string, { shape: number[]; first: number[]; sum: number; max_abs: number; seen_spread: number }>
  >;
}

for (const name of PACKAGES) {
  t.test(`${name} gives its golden outputs`, { skip: needsSharedData }, async (t) => {
    const golden: Golden = JSON.parse(readFileSync(sharedData("models", name, "golden.json"), "utf8"));
    for (const [file, expected] of Object.entries(golden.models)) {
      const cleaned = withoutWeightInputs(readFileSync(sharedData("models", name, file)));
      if (!cleaned.ok) throw new Error(cleaned.trouble.what);
      const input = goldenInput(expected);
      const loaded = await loadSession(cleaned.value.model, {
        where: file,
        providers: ["cpu"],
        threads: 1,
        firstInput: async () => ok(input),
        scratchDirectory: tmpdir(),
      });
      if (!loaded.ok) throw new Error(loaded.trouble.what);
      const { session, report } = loaded.value;
      t.equal(report.provider, "cpu");
      t.equal(report.fallback, null, `${file}: nothing fell back`);
      t.ok((report.nodesByProvider.cpu ?? 0) > 5, `${file}: nodes were counted`);
      // Twice: the second answer lies in buffers that are used again.
      for (const round of ["first", "second"]) {
        const run = await session.run(input);
        if (!run.ok) throw new Error(run.trouble.what);
        compare(t, `${file} ${round}`, run.value, expected);
      }
      await session.release();
    }
  });
}

/** By the rule that golden.json states: i counts through the tensor in memory order. */
function goldenInput({ inputs: [input] }: GoldenModel): Tensor {
  if (input === undefined) throw new Error("golden.json: a model without input");
  const { type, shape } = input;
  const length = shape.reduce((a, b) => a * b, 1);
  const byte = (i: number) => (37 * i + 11) % 256;
  const data: TensorData =
    type === "float32"
      ? Float32Array.from({ length }, (_, i) => Math.sin(0.37 * i))
      : type === "uint8"
        ? Uint8Array.from({ length }, (_, i) => byte(i))
        : Int8Array.from({ length }, (_, i) => byte(i) - 128);
  return { type, shape, data };
}

/** Integer kernels that are fused round where the plain graph does not (README of ../shared/data, "golden.json"). */
const TOLERANCE = { float32: 1e-4, integer: 0.05 };

function compare(t: Test, title: string, outputs: ReadonlyMap<string, Tensor>, expected: GoldenModel): void {
  const isInteger = /u?int8/.test(title);
  for (const [name, golden] of Object.entries(expected.outputs)) {
    const output = outputs.get(name);
    if (output === undefined) throw new Error(`${title}: no output ${name}`);
    t.same(output.shape, golden.shape, `${title}: shape of ${name}`);
    const numbers = Array.from(output.data, Number);
    // Logits are no probabilities: the same relative error is larger there.
    const allowed = (isInteger ? TOLERANCE.integer : TOLERANCE.float32) * Math.max(1, golden.max_abs);
    const worst = Math.max(...golden.first.map((number, i) => Math.abs(number - (numbers[i] ?? Number.NaN))));
    t.ok(worst <= allowed, `${title}: first numbers of ${name} are off by ${worst}`);
    const maxAbs = numbers.reduce((max, number) => Math.max(max, Math.abs(number)), 0);
    t.ok(Math.abs(maxAbs - golden.max_abs) <= allowed, `${title}: largest number of ${name} is ${maxAbs}`);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    t.ok(Math.abs(mean - golden.sum / numbers.length) <= allowed, `${title}: mean of ${name} is ${mean}`);
  }
}
