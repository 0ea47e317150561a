// One loaded model behind the door: our tensors to ONNX Runtime's and back, into buffers that are made once.

import { type InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { fail, ok, type Result } from "../base/result.js";
import type { Tensor, TensorData } from "../contract/tensor.js";
import type { TensorInfo } from "../contract/variant.js";
import { runTrouble } from "./load-trouble.js";
import type { Session } from "./runtime.js";
import { elementCount, isNumericType, zerosOf } from "./tensor-data.js";

export class OrtSession implements Session {
  readonly inputs: readonly TensorInfo[];
  /** Numeric tensors only: nothing decodes text, sequences or maps. */
  readonly outputs: readonly TensorInfo[];
  readonly #raw: InferenceSession;
  readonly #where: string;
  readonly #feeds: Record<string, OrtTensor> = {};
  readonly #fetches: Record<string, OrtTensor | null> = {};
  readonly #answer = new Map<string, Tensor>();
  /** Outputs that the runtime writes into a buffer of ours. */
  readonly #kept = new Set<string>();
  #fed: Tensor | null = null;

  constructor(raw: InferenceSession, where: string) {
    this.#raw = raw;
    this.#where = where;
    this.inputs = raw.inputMetadata.map(infoOf);
    this.outputs = raw.outputMetadata.map(infoOf).filter((info) => isNumericType(info.type));
    for (const { name } of this.outputs) this.#fetches[name] = null;
  }

  async run(input: Tensor): Promise<Result<ReadonlyMap<string, Tensor>>> {
    try {
      // Preprocess writes into the same buffer for ever: its wrapper is made once.
      if (this.#fed !== input) this.#feeds[this.inputs[0]?.name ?? ""] = wrapped(input);
      this.#fed = input;
      const given = await this.#raw.run(this.#feeds, this.#fetches);
      for (const { name } of this.outputs) {
        const tensor = given[name];
        if (tensor !== undefined && !this.#kept.has(name)) this.#answer.set(name, unwrapped(tensor));
      }
      return ok(this.#answer);
    } catch (thrown) {
      return fail(runTrouble(this.#where, thrown));
    }
  }

  /**
   * From now on, outputs of fixed shape are written into buffers made here. Otherwise each run leaves its outputs to the garbage
   * collector, which sees no hurry: 20 MB more resident for rfb-640. Call it after a run: a model may promise one shape and give another.
   */
  keepOutputs(): void {
    for (const { name, type, shape } of this.outputs) {
      const given = this.#answer.get(name);
      if (given === undefined || shape.length !== given.shape.length) continue;
      if (!shape.every((dimension, i) => dimension === given.shape[i])) continue;
      const data = zerosOf(type, elementCount(given.shape));
      if (data === null || data.length === 0) continue;
      const tensor = { type, shape: given.shape, data };
      this.#fetches[name] = wrapped(tensor);
      this.#answer.set(name, tensor);
      this.#kept.add(name);
    }
  }

  /** Writes the profile, where one was asked for. */
  endProfiling(): void {
    this.#raw.endProfiling();
  }

  async release(): Promise<void> {
    await this.#raw.release();
  }
}

function infoOf(metadata: InferenceSession.ValueMetadata): TensorInfo {
  if (!metadata.isTensor) return { name: metadata.name, type: "not a tensor", shape: [] };
  // An open dimension comes as its name.
  const shape = metadata.shape.map((dimension) => (typeof dimension === "number" ? dimension : null));
  return { name: metadata.name, type: metadata.type, shape };
}

function wrapped({ type, shape, data }: Tensor): OrtTensor {
  // The runtime's types want one constructor call per element type; `type` and `data` belong together by the makers of Tensor.
  return new OrtTensor(type as "float32", data as Float32Array, [...shape]);
}

function unwrapped(tensor: OrtTensor): Tensor {
  const data = tensor.data as TensorData;
  // Where Node has a Float16Array (24 and later), the runtime uses it: the same bits, seen as ours.
  const bits =
    tensor.type === "float16" && !(data instanceof Uint16Array)
      ? new Uint16Array((data as TensorData).buffer, (data as TensorData).byteOffset, (data as TensorData).length)
      : data;
  return { type: tensor.type, shape: tensor.dims, data: bits };
}
