// Model packages of a few hundred bytes for tests of everything around a model: how bright is the picture? Written as ONNX
// protobuf here, so that a test can also ask for models that are wrong in one way.

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What is wrong with a variant's file; a good one where nothing is said. */
export type Fault = "missing" | "wrong-digest" | "not-onnx" | "wrong-shape" | "unknown-operator";

export interface TinyVariant {
  readonly name: string;
  /**
   * How steep the answer is: score of "bright" = 1 / (1 + exp(-gain * (mean brightness - 0.5))). Variants with unequal gains can
   * be told apart by their answers alone.
   */
  readonly gain: number;
  readonly fault?: Fault;
}

/** Score that a variant must give to "bright" on an even picture of this brightness (0..1). */
export function brightScore(gain: number, brightness: number): number {
  return 1 / (1 + Math.exp(-gain * (brightness - 0.5)));
}

/** Writes a package of a two-class model (`dark`, `bright`). @returns its directory */
export async function writeTinyPackage(
  parent: string,
  name: string,
  variants: readonly TinyVariant[] = [{ name: "only", gain: 20 }],
): Promise<string> {
  const directory = join(parent, name);
  await mkdir(directory, { recursive: true });
  const entries: string[] = [];
  for (const variant of variants) {
    const bytes = variant.fault === "not-onnx" ? Buffer.from("this is no model\n") : tinyModel(variant);
    const file = `${variant.name}.onnx`;
    if (variant.fault !== "missing") await writeFile(join(directory, file), bytes);
    const promised = variant.fault === "wrong-digest" ? Buffer.from("another file") : bytes;
    const sha256 = createHash("sha256").update(promised).digest("hex");
    entries.push(`  - { name: ${variant.name}, file: ${file}, sha256: ${sha256}, input_size: [${SIDE}, ${SIDE}] }`);
  }
  const manifest = `isotherm: model/1
name: ${name}
version: 1.0.0
license: Apache-2.0
task: classification
labels: [dark, bright]
input: { kind: image, color: gray, resize: stretch, scale: 255 }
output: { decoder: logits, output: logits }
variants:
${entries.join("\n")}
`;
  await writeFile(join(directory, "model.yaml"), manifest);
  return directory;
}

/** Pixels a side: small enough to cost nothing, large enough that a resize is one. */
const SIDE = 8;

/** mean brightness x -> logits [0, gain * (x - 0.5)] */
function tinyModel({ gain, fault }: TinyVariant): Buffer {
  const channels = fault === "wrong-shape" ? 7 : 1;
  const pool = fault === "unknown-operator" ? "NoSuchOperator" : "GlobalAveragePool";
  const weights = new Array(channels).fill([0, gain / channels]).flat();
  return message([
    [1, 8], // IR version of ONNX 1.10, which has opset 13
    [7, graph(channels, pool, weights, [0, -gain / 2])],
    [8, message([[2, 13]])],
  ]);
}

function graph(channels: number, pool: string, weights: readonly number[], bias: readonly number[]): Buffer {
  return message([
    [1, node(pool, ["image"], ["mean"])],
    [1, node("Flatten", ["mean"], ["flat"])],
    [1, node("Gemm", ["flat", "weights", "bias"], ["logits"])],
    [2, "tiny"],
    [5, floats("weights", [channels, 2], weights)],
    [5, floats("bias", [2], bias)],
    [11, tensorValue("image", [1, channels, SIDE, SIDE])],
    [12, tensorValue("logits", [1, 2])],
  ]);
}

function node(operator: string, inputs: readonly string[], outputs: readonly string[]): Buffer {
  const names: Field[] = [
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [3, operator],
    [4, operator],
  ];
  return message(names);
}

/** ONNX's number for float32. */
const FLOAT = 1;

function floats(name: string, dims: readonly number[], values: readonly number[]): Buffer {
  const raw = Buffer.from(Float32Array.from(values).buffer);
  return message([...dims.map((dim): Field => [1, dim]), [2, FLOAT], [8, name], [9, raw]]);
}

function tensorValue(name: string, dims: readonly number[]): Buffer {
  const shape = message(dims.map((dim): Field => [1, message([[1, dim]])]));
  const type = message([
    [
      1,
      message([
        [1, FLOAT],
        [2, shape],
      ]),
    ],
  ]);
  return message([
    [1, name],
    [2, type],
  ]);
}

/** A protobuf field: a number is a varint, text and bytes are length-delimited. */
type Field = readonly [number: number, value: number | string | Buffer];

function message(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === "number") return Buffer.concat([varint(number << 3), varint(value)]);
      const bytes = typeof value === "string" ? Buffer.from(value) : value;
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}
