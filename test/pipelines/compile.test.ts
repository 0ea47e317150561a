// What the model's input must be, told at load; and the stages put together on a picture made here.

import sharp from "sharp";
import t from "tap";
import { PACKAGE_SETTINGS, type TensorInfo } from "../../src/contract/variant.js";
import { compileStages } from "../../src/pipelines/compile.js";
import { expectOk, expectTrouble, floats, infoOf, makeSpec } from "./spec.js";

const output = { decoder: "scalar" };
const value = floats([1, 1], [0.5]);
const outputs = [infoOf("value", value)];

function input(shape: readonly (number | null)[], type = "float32"): TensorInfo[] {
  return [{ name: "image", type, shape }];
}

t.test("an input that does not fit the manifest is told with the key that mends it", async (t) => {
  const spec = makeSpec({ output, inputSize: [32, 24] });
  const trouble = (inputs: TensorInfo[]) => expectTrouble(compileStages(spec, inputs, outputs, null, null));
  t.match(trouble(input([1, 24, 32, 3])), { code: "wrong-input-shape", remedy: "set layout: nhwc in model.yaml" });
  t.match(trouble(input([1, 1, 24, 32])), { code: "wrong-input-shape", what: /1x1x24x32.*1x3x24x32/, remedy: /color/ });
  t.match(trouble(input([1, 3, 24, 32], "int64")), { code: "wrong-input-type" });
  t.match(trouble(input([1, 3, 24, 32], "uint8")), { code: "no-quantization", remedy: /quantization/ });
  t.match(trouble([...input([1, 3, 24, 32]), ...input([1])]), { code: "wrong-input-count" });
  t.match(trouble([]), { code: "wrong-input-count" });
  t.ok(compileStages(spec, input([null, 3, null, null]), outputs, null, null).ok, "open dimensions fit");
  const two = makeSpec({ output, inputSize: [32, 24], input: { mean: [1, 2] } });
  t.match(expectTrouble(compileStages(two, input([1, 3, 24, 32]), outputs, null, null)), {
    code: "wrong-normalisation",
  });
});

t.test("the graph's own scale and zero point win over the manifest's", async (t) => {
  const spec = {
    ...makeSpec({ output, inputSize: [2, 1], input: { scale: 1, resize: "stretch" } }),
    quantization: { scale: 2, zero_point: 0 },
  };
  const gray = {
    encoding: "raw" as const,
    raw: { format: "gray" as const, width: 2, height: 1 },
    payload: Uint8Array.of(10, 20),
  };
  for (const [own, codes] of [
    [null, [5, 10]],
    [{ scale: 1, zero_point: 3 }, [13, 23]],
  ] as const) {
    const stages = expectOk(compileStages(spec, input([1, 3, 1, 2], "uint8"), outputs, own, null));
    const tensor = stages.preprocess(expectOk(await stages.decode(gray, 100)));
    t.same([...(tensor.data as Uint8Array)], [...codes, ...codes, ...codes]);
  }
});

t.test("a frame goes through all stages into one buffer, and BGR planes come out blue first", async (t) => {
  const red = await sharp({ create: { width: 64, height: 48, channels: 3, background: "#ff0000" } })
    .png()
    .toBuffer();
  const spec = makeSpec({ output, inputSize: [4, 3], input: { color: "bgr", resize: "stretch" } });
  const stages = expectOk(compileStages(spec, input([1, 3, 3, 4]), outputs, null, null));
  const picture = expectOk(await stages.decode({ encoding: "png", raw: null, payload: red }, 10_000));
  t.match(picture, { width: 64, height: 48, channels: 3 });
  const tensor = stages.preprocess(picture);
  t.same(tensor.shape, [1, 3, 3, 4]);
  t.same([...(tensor.data as Float32Array)], [...new Array(24).fill(0), ...new Array(12).fill(1)]);
  t.equal(stages.preprocess(picture).data, tensor.data, "no buffer is made per frame");
  const answer = expectOk(stages.postprocess(new Map([["value", value]]), picture, PACKAGE_SETTINGS));
  t.same(answer, { values: [{ name: "value", value: 0.5, unit: null }] });
});
