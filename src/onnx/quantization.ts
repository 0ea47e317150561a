// Scale and zero point of an integer graph input, from the node that takes it: then preprocess can write those integers itself.

import type { Quantization } from "../contract/manifest.js";
import { ATTRIBUTE, GRAPH, NODE, outlineOf, TENSOR, textField } from "./outline.js";
import { type Span, varintAt, WIRE, walk } from "./wire.js";

/** Operators whose first input has its scale and zero point as the next two. QuantizeLinear takes floats: on an integer input it says nothing. */
const SCALED = new Set(["DequantizeLinear", "QLinearConv", "QLinearMatMul"]);
/** Operators that move elements and change none: the scale behind them holds before them too. */
const MOVING = new Set(["Identity", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten"]);
/** Exporters put one or two of these in front; more in a row, or a ring in a damaged file, is not worth following. */
const MAX_MOVES = 4;

/** TensorProto.DataType. */
const TYPE = { float32: 1, uint8: 2, int8: 3 } as const;

interface Node {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly span: Span;
}

/** Null where no node says it, or where it differs per channel. */
export function inputQuantization(model: Uint8Array, input: string): Quantization | null {
  const outline = outlineOf(model);
  if (!outline.ok) return null;
  const nodes: Node[] = [];
  const tensors = new Map<string, Span>();
  walk(model, outline.value.graph, (field, wire, from, to) => {
    if (wire !== WIRE.bytes) return true;
    if (field === GRAPH.node) nodes.push(nodeOf(model, { from, to }));
    if (field === GRAPH.initializer) tensors.set(textField(model, { from, to }, TENSOR.name), { from, to });
    return true;
  });
  for (const node of nodes) {
    const value = node.opType === "Constant" ? constantTensor(model, node.span) : null;
    if (value !== null && node.outputs[0] !== undefined) tensors.set(node.outputs[0], value);
  }
  const taker = scaledTaker(nodes, input);
  const [, scaleName, zeroPointName] = taker?.inputs ?? [];
  const scale = scaleName === undefined ? null : scalarOf(model, tensors.get(scaleName));
  if (scale === null || !(scale > 0) || !Number.isFinite(scale)) return null;
  // The zero point may be left out: then it is 0 (onnx/docs/Operators.md, DequantizeLinear).
  if (zeroPointName === undefined || zeroPointName === "") return { scale, zero_point: 0 };
  const zeroPoint = scalarOf(model, tensors.get(zeroPointName));
  if (zeroPoint === null || !Number.isInteger(zeroPoint) || zeroPoint < -128 || zeroPoint > 255) return null;
  return { scale, zero_point: zeroPoint };
}

/** The node that gives the value called `name` its scale, looking through nodes that only move elements. */
function scaledTaker(nodes: readonly Node[], name: string): Node | undefined {
  let value = name;
  for (let moves = 0; moves <= MAX_MOVES; moves++) {
    const takers = nodes.filter((node) => node.inputs[0] === value);
    const scaled = takers.find((node) => SCALED.has(node.opType));
    if (scaled !== undefined) return scaled;
    const next = takers.find((node) => MOVING.has(node.opType))?.outputs[0];
    if (next === undefined || next === "") return undefined;
    value = next;
  }
  return undefined;
}

function nodeOf(model: Uint8Array, span: Span): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  walk(model, span, (field, wire, from, to) => {
    if (wire !== WIRE.bytes || (field !== NODE.input && field !== NODE.output)) return true;
    const text = Buffer.from(model.buffer, model.byteOffset + from, to - from).toString("utf8");
    (field === NODE.input ? inputs : outputs).push(text);
    return true;
  });
  return { opType: textField(model, span, NODE.opType), inputs, outputs, span };
}

/** The tensor in the `value` attribute of a Constant node. */
function constantTensor(model: Uint8Array, node: Span): Span | null {
  let tensor: Span | null = null;
  walk(model, node, (field, wire, from, to) => {
    if (field !== NODE.attribute || wire !== WIRE.bytes) return true;
    walk(model, { from, to }, (part, partWire, partFrom, partTo) => {
      if (part === ATTRIBUTE.tensor && partWire === WIRE.bytes) tensor = { from: partFrom, to: partTo };
      return true;
    });
    return tensor === null;
  });
  return tensor;
}

/** The only element of a float32, uint8 or int8 tensor; null for any other tensor. */
function scalarOf(model: Uint8Array, span: Span | undefined): number | null {
  if (span === undefined) return null;
  let type = 0;
  let elements = 1;
  let raw: Span | null = null;
  let typed: number | null = null;
  const view = new DataView(model.buffer, model.byteOffset, model.byteLength);
  walk(model, span, (field, wire, from, to) => {
    const isPacked = wire === WIRE.bytes;
    if (field === TENSOR.dataType && wire === WIRE.varint) type = varintAt(model, from);
    if (field === TENSOR.dims)
      elements = isPacked ? packedProduct(model, { from, to }) : elements * varintAt(model, from);
    if (field === TENSOR.rawData && isPacked) raw = { from, to };
    if (field === TENSOR.floatData && to - from === 4) typed = view.getFloat32(from, true);
    if (field === TENSOR.int32Data && to > from) typed = varintAt(model, from);
    return true;
  });
  if (elements !== 1) return null;
  return raw === null ? typedScalar(type, typed) : rawScalar(view, raw, type);
}

function typedScalar(type: number, value: number | null): number | null {
  return type === TYPE.float32 || type === TYPE.uint8 || type === TYPE.int8 ? value : null;
}

function rawScalar(view: DataView, raw: Span, type: number): number | null {
  const bytes = raw.to - raw.from;
  if (type === TYPE.float32 && bytes === 4) return view.getFloat32(raw.from, true);
  if (type === TYPE.uint8 && bytes === 1) return view.getUint8(raw.from);
  if (type === TYPE.int8 && bytes === 1) return view.getInt8(raw.from);
  return null;
}

/** Product of packed dimensions. */
function packedProduct(model: Uint8Array, span: Span): number {
  let product = 1;
  let at = span.from;
  while (at < span.to) {
    product *= varintAt(model, at);
    while (at < span.to && (model[at] ?? 0) >= 0x80) at += 1;
    at += 1;
  }
  return product;
}
