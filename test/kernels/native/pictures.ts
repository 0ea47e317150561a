// Made pictures and a slow, exact fit in floating point for the native kernels' tests.

import type { NativeFormat, NativeSource, NativeTensor, NativeWindow } from "../../../src/kernels/addon.js";

/** Small, fast and the same everywhere (Marsaglia's xorshift32). */
export function noise(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) & 255;
  };
}

export function sourceOf(
  format: NativeFormat,
  width: number,
  height: number,
  more: Partial<NativeSource> = {},
): NativeSource {
  return {
    format,
    widthEighths: 8 * width,
    heightEighths: 8 * height,
    chromaX: 1,
    chromaY: 1,
    limitedRange: false,
    orientation: 1,
    planes: null,
    ...more,
  };
}

/** Levels as they are: float32, planar, RGB. */
export function levels(width: number, height: number, more: Partial<NativeTensor> = {}): NativeTensor {
  return {
    width,
    height,
    element: "float32",
    layout: "nchw",
    color: "rgb",
    multiply: [1, 1, 1],
    add: [0, 0, 0],
    zeroPoint: 0,
    pad: 0,
    ...more,
  };
}

export interface PlaneShape {
  readonly columns: number;
  readonly rows: number;
  readonly interleave: number;
}

/** As native/kernels/fit_to_tensor/plan.cpp has it. */
export function planeShapes(source: NativeSource): readonly PlaneShape[] {
  const columns = Math.ceil(source.widthEighths / 8);
  const rows = Math.ceil(source.heightEighths / 8);
  const half = { columns: Math.ceil(columns / 2), rows: Math.ceil(rows / 2) };
  switch (source.format) {
    case "rgb":
    case "bgr":
      return [{ columns, rows, interleave: 3 }];
    case "rgba":
      return [{ columns, rows, interleave: 4 }];
    case "gray":
      return [{ columns, rows, interleave: 1 }];
    case "nv12":
      return [
        { columns, rows, interleave: 1 },
        { ...half, interleave: 2 },
      ];
    case "yuyv":
      return [{ columns: half.columns, rows, interleave: 4 }];
    case "yuv_planar": {
      const chroma = { columns: Math.ceil(columns / source.chromaX), rows: Math.ceil(rows / source.chromaY) };
      return [
        { columns, rows, interleave: 1 },
        { ...chroma, interleave: 1 },
        { ...chroma, interleave: 1 },
      ];
    }
  }
}

/** One component as numbers, with how many luma samples each of its own stands for. */
interface Component {
  readonly columns: number;
  readonly rows: number;
  readonly x: number;
  readonly y: number;
  at(column: number, row: number): number;
}

/** The tensor that exact arithmetic would make of a source with packed planes, as levels in NCHW (colour order and multiply-add left out). */
export function exactLevels(
  bytes: Uint8Array,
  source: NativeSource,
  tensor: NativeTensor,
  window: NativeWindow,
): Float64Array {
  const components = componentsOf(bytes, source);
  const turned = source.orientation >= 5;
  const [across, down] = turned ? [window.height, window.width] : [window.width, window.height];
  const scaled = components.map((component) => scale(component, source, across, down));
  const channels = tensor.color === "gray" ? 1 : 3;
  const out = new Float64Array(channels * tensor.width * tensor.height).fill(tensor.pad);
  for (let y = 0; y < tensor.height; y++) {
    for (let x = 0; x < tensor.width; x++) {
      const [u, v] = [x - window.left, y - window.top];
      if (u < 0 || v < 0 || u >= window.width || v >= window.height) continue;
      const [column, row] = stored(source.orientation, u, v, across, down);
      const values = scaled.map((plane) => plane[row * across + column] ?? 0);
      const colours = coloursOf(values, source, channels);
      for (let c = 0; c < channels; c++) out[(c * tensor.height + y) * tensor.width + x] = colours[c] ?? 0;
    }
  }
  return out;
}

/** Where the pixel (u, v) of the picture as displayed lies in the stored one. */
function stored(orientation: number, u: number, v: number, across: number, down: number): [number, number] {
  const [right, bottom] = [across - 1, down - 1];
  switch (orientation) {
    case 2:
      return [right - u, v];
    case 3:
      return [right - u, bottom - v];
    case 4:
      return [u, bottom - v];
    case 5:
      return [v, u];
    case 6:
      return [v, bottom - u];
    case 7:
      return [right - v, bottom - u];
    case 8:
      return [right - v, u];
    default:
      return [u, v];
  }
}

function componentsOf(bytes: Uint8Array, source: NativeSource): Component[] {
  const shapes = planeShapes(source);
  let from = 0;
  const made: Component[] = [];
  shapes.forEach((shape, p) => {
    const start = from;
    const read = (column: number, row: number, k: number) =>
      bytes[start + (row * shape.columns + column) * shape.interleave + k] ?? Number.NaN;
    from += shape.columns * shape.rows * shape.interleave;
    const add = (k: number, x: number, y: number) =>
      made.push({ ...shape, x, y, at: (column, row) => read(column, row, k) });
    if (source.format === "yuyv") {
      const luma = Math.ceil(source.widthEighths / 8);
      made.push({ columns: luma, rows: shape.rows, x: 1, y: 1, at: (c, r) => read(c >> 1, r, (c & 1) * 2) });
      add(1, 2, 1);
      add(3, 2, 1);
    } else if (source.format === "rgba") {
      for (const k of [0, 1, 2]) {
        made.push({ ...shape, x: 1, y: 1, at: (c, r) => Math.round((read(c, r, k) * read(c, r, 3)) / 255) });
      }
    } else {
      const chroma = source.format === "nv12" ? [2, 2] : [source.chromaX, source.chromaY];
      for (let k = 0; k < shape.interleave; k++) add(k, p === 0 ? 1 : (chroma[0] ?? 1), p === 0 ? 1 : (chroma[1] ?? 1));
    }
  });
  return made;
}

function scale(component: Component, source: NativeSource, across: number, down: number): Float64Array {
  const columns = weightsOf(source.widthEighths / 8 / component.x, component.columns, across);
  const rows = weightsOf(source.heightEighths / 8 / component.y, component.rows, down);
  const out = new Float64Array(across * down);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      let sum = 0;
      for (const [row, a] of rows[y] ?? [])
        for (const [column, b] of columns[x] ?? []) sum += a * b * component.at(column, row);
      out[y * across + x] = sum;
    }
  }
  return out;
}

/** Area where the axis shrinks, linear where it grows. */
function weightsOf(extent: number, samples: number, outputs: number): [number, number][][] {
  return Array.from({ length: outputs }, (_, i) => {
    if (extent < outputs) {
      const at = Math.min(Math.max(((i + 0.5) * extent) / outputs - 0.5, 0), samples - 1);
      const first = Math.floor(at);
      return [
        [first, 1 - (at - first)],
        [Math.min(first + 1, samples - 1), at - first],
      ];
    }
    const [begin, end] = [(i * extent) / outputs, ((i + 1) * extent) / outputs];
    const found: [number, number][] = [];
    for (let k = Math.floor(begin); k < end; k++) {
      const covered = Math.min(k + 1, end) - Math.max(k, begin);
      found.push([Math.min(k, samples - 1), covered / (end - begin)]);
    }
    return found;
  });
}

function coloursOf(values: readonly number[], source: NativeSource, channels: number): number[] {
  const [a = 0, b = 0, c = 0] = values;
  if (source.format === "gray") return [a, a, a];
  const isYuv = source.format === "nv12" || source.format === "yuyv" || source.format === "yuv_planar";
  if (!isYuv) {
    const [red, blue] = source.format === "bgr" ? [c, a] : [a, c];
    return channels === 1 ? [0.299 * red + 0.587 * b + 0.114 * blue] : [red, b, blue];
  }
  const luma = source.limitedRange ? ((a - 16) * 255) / 219 : a;
  const chroma = source.limitedRange ? 255 / 224 : 1;
  if (channels === 1) return [limit(luma)];
  const [u, v] = [(b - 128) * chroma, (c - 128) * chroma];
  return [luma + 1.402 * v, luma - 0.344136 * u - 0.714136 * v, luma + 1.772 * u].map(limit);
}

function limit(level: number): number {
  return Math.min(255, Math.max(0, level));
}
