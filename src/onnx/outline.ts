// Where the parts of an ONNX file lie, without reading any tensor: field numbers are those of onnx.proto (github.com/onnx/onnx).

import { fail, ok, type Result } from "../base/result.js";
import { type Span, varintAt, WIRE, walk } from "./wire.js";

export const MODEL = { irVersion: 1, graph: 7 } as const;
export const GRAPH = { node: 1, initializer: 5, input: 11, sparseInitializer: 15 } as const;
export const NODE = { input: 1, output: 2, opType: 4, attribute: 5 } as const;
export const ATTRIBUTE = { name: 1, float: 2, tensor: 5 } as const;
export const TENSOR = { dims: 1, dataType: 2, floatData: 4, int32Data: 5, name: 8, rawData: 9 } as const;
const VALUE_INFO = { name: 1 } as const;
const SPARSE_TENSOR = { values: 1 } as const;

export interface Outline {
  /** Null where the file does not say. */
  readonly irVersion: number | null;
  /** The graph message, and where its tag begins. */
  readonly graph: Span & { readonly at: number };
}

/** Finds the graph. Fails on whatever is no ONNX model; never throws. */
export function outlineOf(model: Uint8Array): Result<Outline> {
  let irVersion: number | null = null;
  let graph: Outline["graph"] | null = null;
  let graphs = 0;
  const whole = { from: 0, to: model.length };
  const isMessage = walk(model, whole, (field, wire, from, to, at) => {
    if (field === MODEL.irVersion && wire === WIRE.varint) irVersion = varintAt(model, from);
    if (field === MODEL.graph && wire === WIRE.bytes) {
      graph = { from, to, at };
      graphs += 1;
    }
    return true;
  });
  if (!isMessage) return fail(notOnnx("its bytes are no protobuf message, or it is cut short"));
  // Protobuf would merge repeated graphs; no exporter writes that, and a file that has it is damaged or made to confuse.
  if (graph === null || graphs !== 1) return fail(notOnnx(graphs === 0 ? "it holds no graph" : "it holds two graphs"));
  if (!walk(model, graph, () => true)) return fail(notOnnx("its graph is damaged"));
  return ok({ irVersion, graph });
}

/** Text of a `name` field (or another string field) of the message in `span`; empty where there is none. */
export function textField(model: Uint8Array, span: Span, wanted: number): string {
  let text = "";
  walk(model, span, (field, wire, from, to) => {
    if (field !== wanted || wire !== WIRE.bytes) return true;
    text = Buffer.from(model.buffer, model.byteOffset + from, to - from).toString("utf8");
    return false;
  });
  return text;
}

/** Names of all weights, dense and sparse. */
export function weightNames(model: Uint8Array, graph: Span): Set<string> {
  const names = new Set<string>();
  walk(model, graph, (field, wire, from, to) => {
    if (wire !== WIRE.bytes) return true;
    if (field === GRAPH.initializer) names.add(textField(model, { from, to }, TENSOR.name));
    if (field === GRAPH.sparseInitializer) {
      walk(model, { from, to }, (part, partWire, partFrom, partTo) => {
        if (part !== SPARSE_TENSOR.values || partWire !== WIRE.bytes) return true;
        names.add(textField(model, { from: partFrom, to: partTo }, TENSOR.name));
        return false;
      });
    }
    return true;
  });
  return names;
}

/** Name of a graph input or output. */
export function valueName(model: Uint8Array, span: Span): string {
  return textField(model, span, VALUE_INFO.name);
}

function notOnnx(what: string) {
  return {
    code: "not-an-onnx-model",
    where: "the model file",
    what: `it is not an ONNX model: ${what}`,
    remedy: "export the model to ONNX again, or copy the file again if it was one",
  };
}
