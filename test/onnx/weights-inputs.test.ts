import { readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { withoutWeightInputs } from "../../src/onnx/weights-inputs.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";
import { float32, node, reluModel, TYPE, tinyModel, value, weight } from "../support/tiny-onnx.js";

/** y = x + w, where w is listed as an input too. */
function addModel(irVersion: number): Buffer {
  return tinyModel({
    irVersion,
    nodes: [node("Add", ["x", "w"], ["y"])],
    inputs: [value("x", TYPE.float32, [1]), value("w", TYPE.float32, [1])],
    outputs: [value("y", TYPE.float32, [1])],
    weights: [weight("w", TYPE.float32, [1], float32(2))],
  });
}

t.test("weights are taken out of the inputs, and nothing else changes", async (t) => {
  const cleaned = withoutWeightInputs(addModel(4));
  const expected = tinyModel({
    irVersion: 4,
    nodes: [node("Add", ["x", "w"], ["y"])],
    inputs: [value("x", TYPE.float32, [1])],
    outputs: [value("y", TYPE.float32, [1])],
    weights: [weight("w", TYPE.float32, [1], float32(2))],
  });
  t.match(cleaned, { ok: true, value: { removed: 1 } });
  t.same(cleaned.ok && Buffer.from(cleaned.value.model), expected);
});

t.test("a model with nothing to clean comes back as the same bytes", async (t) => {
  for (const model of [reluModel([1]), addModel(3)]) {
    const cleaned = withoutWeightInputs(model);
    t.equal(
      cleaned.ok && cleaned.value.model,
      model,
      "IR version 3 demands the list, and its weights are constant anyway",
    );
    t.equal(cleaned.ok && cleaned.value.removed, 0);
  }
});

t.test("the face detectors lose 244 and 184 inputs, and keep one", { skip: needsSharedData }, async (t) => {
  for (const [file, removed] of [
    ["face-rfb-640.onnx", 244],
    ["face-rfb-320.onnx", 244],
    ["face-slim-320.onnx", 184],
  ] as const) {
    const cleaned = withoutWeightInputs(readFileSync(sharedData("models", "face-detector", file)));
    if (!cleaned.ok) throw new Error(cleaned.trouble.what);
    t.equal(cleaned.value.removed, removed, file);
    t.match(withoutWeightInputs(cleaned.value.model), { ok: true, value: { removed: 0 } }, "once is enough");
  }
});

t.test("what is no model is refused, whatever it is", async (t) => {
  const bad = {
    empty: Buffer.alloc(0),
    text: Buffer.from("this is no model\n"),
    cut: reluModel([1]).subarray(0, 20),
    "a picture": Buffer.from("\xff\xd8\xff\xe0\0\x10JFIF", "latin1"),
    "two graphs": Buffer.concat([reluModel([1]), reluModel([1])]),
  };
  for (const [name, bytes] of Object.entries(bad))
    t.match(withoutWeightInputs(bytes), { ok: false, trouble: { code: "not-an-onnx-model", remedy: /export/ } }, name);
});

t.test("no bytes make it throw", async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      withoutWeightInputs(bytes);
    }),
    { numRuns: 2000 },
  );
  t.pass("random bytes");
});

t.test("a model with flipped, cut or doubled bytes gives a result or a trouble", async (t) => {
  const models = [addModel(4), reluModel([1, "n"])];
  if (needsSharedData === false) {
    models.push(readFileSync(sharedData("models", "face-detector", "face-slim-320.onnx")));
    models.push(readFileSync(sharedData("models", "person-presence", "vww-96-int8.onnx")));
  }
  const damage = fc.record({
    model: fc.constantFrom(...models),
    /** Most structure lies at the beginning and at the end; weights fill the middle. */
    flips: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 6 }),
    cutTo: fc.double({ min: 0.01, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(damage, ({ model, flips, cutTo }) => {
      const bytes = Buffer.from(model.subarray(0, Math.ceil(model.length * cutTo)));
      for (const [place, byte] of flips) bytes[Math.floor(place ** 4 * (bytes.length - 1))] = byte;
      const cleaned = withoutWeightInputs(bytes);
      if (cleaned.ok && cleaned.value.removed === 0) return cleaned.value.model === bytes;
      return !cleaned.ok || withoutWeightInputs(cleaned.value.model).ok;
    }),
    { numRuns: 500 },
  );
  t.pass("damaged models");
});
