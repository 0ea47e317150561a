// One variant of a model package, resolved: all that the engine needs to load it and to answer with it, as plain data
// that crosses the process boundary.

import type { ImageInput, Output, Precision, Provider, Quantization, Task } from "./manifest.js";

/** `package@version:variant`: names one resident variant; pipelines that use the same one share it. */
export type VariantKey = string;

export function variantKey(packageName: string, version: string, variant: string): VariantKey {
  return `${packageName}@${version}:${variant}`;
}

export interface VariantSpec {
  readonly key: VariantKey;
  readonly package: string;
  readonly version: string;
  readonly variant: string;
  readonly task: Task;
  /** Empty where the package has no labels: classes are then named by their number. */
  readonly labels: readonly string[];
  /** Absolute path of the package's directory, for files that the decoder names. */
  readonly directory: string;
  /** Absolute path of the ONNX file. */
  readonly file: string;
  /** Where the manifest promises the digest, as `file:line:column`, for the trouble when it is broken. */
  readonly at: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Width and height in pixels. */
  readonly inputSize: readonly [width: number, height: number];
  readonly input: ImageInput;
  readonly output: Output;
  readonly precision: Precision;
  /** In order of preference. */
  readonly providers: readonly Provider[];
  readonly quantization: Quantization | null;
  readonly accuracy: { readonly metric: string; readonly value: number } | null;
}

/** What a pipeline may change in an answer without loading anything: sent along with each frame. */
export interface AnswerSettings {
  /** Replaces the package's `min_score`; null keeps it. */
  readonly minScore: number | null;
  /** Keep only these labels; null keeps all. */
  readonly labels: readonly string[] | null;
  /** Replaces the scale of a `scalar` decoder; null keeps the package's. */
  readonly value: ValueScale | null;
}

/** The scale of one gauge: value = min + fraction * (max - min). */
export interface ValueScale {
  readonly name: string;
  readonly unit: string | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Settings that keep all as the package says. */
export const PACKAGE_SETTINGS: AnswerSettings = { minScore: null, labels: null, value: null };

/** What loading a variant showed. */
export interface LoadReport {
  readonly key: VariantKey;
  /** Providers asked for, in order. */
  readonly requested: readonly Provider[];
  /** Nodes that each provider really ran in a warm-up run, from the runtime's own profile. */
  readonly nodesByProvider: Readonly<Record<string, number>>;
  /** The provider that ran most of the nodes. */
  readonly provider: Provider;
  /** Why the first provider asked for did not run all it could; null where nothing fell back. */
  readonly fallback: string | null;
  readonly threads: number;
  readonly loadMs: number;
  /** Median of the warm-up runs. */
  readonly warmLatencyMs: number;
  /** Growth of the engine's resident memory by this variant; a bound, since the allocator keeps what it freed. */
  readonly residentBytes: number;
  /** Weights that were listed as graph inputs and were cleaned out before the load. */
  readonly cleanedInputs: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

export interface TensorInfo {
  readonly name: string;
  /** Element type as the runtime names it: float32, uint8, int8, float16, int64 … */
  readonly type: string;
  /** A dimension that the model leaves open is null. */
  readonly shape: readonly (number | null)[];
}
