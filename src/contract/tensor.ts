// A tensor without the runtime: what preprocess writes, a session runs, and decoders read.

/** float16 is held as its bits in a Uint16Array, on every version of Node; `bool` as one byte an element. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array;

export interface Tensor {
  /** Element type as the runtime names it: float32, uint8, int8, float16, int64 … */
  readonly type: string;
  readonly shape: readonly number[];
  /** Row-major; as many elements as the product of `shape`. */
  readonly data: TensorData;
}
