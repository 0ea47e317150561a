// Typed arrays by element type.

import type { TensorData } from "../contract/tensor.js";

/** float16 has no array on Node 20: its bits are held. `bool` is a byte an element. Four-bit types and strings are left out. */
const ARRAYS: Readonly<Record<string, new (length: number) => TensorData>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/** Zeros of the type, or null where we have no array for it. */
export function zerosOf(type: string, length: number): TensorData | null {
  const Data = Object.hasOwn(ARRAYS, type) ? ARRAYS[type] : undefined;
  return Data === undefined ? null : new Data(length);
}

export function isNumericType(type: string): boolean {
  return Object.hasOwn(ARRAYS, type);
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
