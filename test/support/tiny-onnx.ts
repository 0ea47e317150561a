// ONNX models of a few bytes for tests, written field by field (onnx.proto): one node or two, no weights unless given.

/** One field of a message: a number is a varint, text and bytes have their length in front. */
export function field(number: number, value: number | string | Uint8Array): Buffer {
  if (typeof value === "number") return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** TensorProto.DataType. */
export const TYPE = { float32: 1, uint8: 2, int8: 3, int64: 7, string: 8 } as const;

/** A graph input or output; a text is an open dimension's name. */
export function value(name: string, type: number, shape: readonly (number | string)[]): Buffer {
  const dimensions = shape.map((dimension) => field(1, field(typeof dimension === "number" ? 1 : 2, dimension)));
  const tensor = Buffer.concat([field(1, type), field(2, Buffer.concat(dimensions))]);
  return Buffer.concat([field(1, name), field(2, field(1, tensor))]);
}

export function node(opType: string, inputs: readonly string[], outputs: readonly string[], domain = ""): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(4, opType),
    field(7, domain),
  ]);
}

/** A weight whose payload is given raw, little endian. */
export function weight(name: string, type: number, shape: readonly number[], raw: Uint8Array): Buffer {
  return Buffer.concat([...shape.map((size) => field(1, size)), field(2, type), field(8, name), field(9, raw)]);
}

export function float32(...numbers: number[]): Buffer {
  return Buffer.from(Float32Array.from(numbers).buffer);
}

export interface TinyModel {
  readonly nodes: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly weights?: readonly Uint8Array[];
  readonly irVersion?: number;
  readonly opset?: number;
}

export function tinyModel(parts: TinyModel): Buffer {
  const graph = Buffer.concat([
    ...parts.nodes.map((bytes) => field(1, bytes)),
    field(2, "tiny"),
    ...(parts.weights ?? []).map((bytes) => field(5, bytes)),
    ...parts.inputs.map((bytes) => field(11, bytes)),
    ...parts.outputs.map((bytes) => field(12, bytes)),
  ]);
  const opset = Buffer.concat([field(1, ""), field(2, parts.opset ?? 13)]);
  return Buffer.concat([field(1, parts.irVersion ?? 7), field(7, graph), field(8, opset)]);
}

/** y = Relu(x), of the given shape. */
export function reluModel(shape: readonly (number | string)[], type: number = TYPE.float32): Buffer {
  return tinyModel({
    nodes: [node("Relu", ["x"], ["y"])],
    inputs: [value("x", type, shape)],
    outputs: [value("y", type, shape)],
  });
}
