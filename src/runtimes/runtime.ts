// The door to whatever runs models: load, run, end. One file beside this one per runtime.

import type { Result } from "../base/result.js";
import type { Provider } from "../contract/manifest.js";
import type { Tensor } from "../contract/tensor.js";
import type { TensorInfo } from "../contract/variant.js";

export interface SessionOptions {
  /** Names the model in troubles: the file, or where the manifest names it. */
  readonly where: string;
  /** In order of preference; the CPU comes last by itself. */
  readonly providers: readonly Provider[];
  /** Threads that one run may use, the caller's own among them. */
  readonly threads: number;
  /**
   * Asked once, between load and warm-up: a tensor as every run will bring it, or why the model does not fit. What goes wrong
   * with it goes wrong here, and not at the first frame.
   */
  firstInput(inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): Promise<Result<Tensor>>;
  /** Where the runtime may write its profile during the load; nothing is left there. */
  readonly scratchDirectory: string;
}

/** What a load showed, except for what only its caller can know. */
export interface SessionReport {
  readonly requested: readonly Provider[];
  /** Empty where the runtime's profile could not be had. */
  readonly nodesByProvider: Readonly<Record<string, number>>;
  readonly provider: Provider;
  readonly fallback: string | null;
  /** Median of the warm-up runs. */
  readonly warmLatencyMs: number;
}

export interface Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** One run at a time. The tensors of the answer are the session's own: read them before the next run. */
  run(input: Tensor): Promise<Result<ReadonlyMap<string, Tensor>>>;
  release(): Promise<void>;
}

/** Name and version of a runtime, and the providers that this installation of it can really use. */
export interface RuntimeFacts {
  readonly name: string;
  readonly version: string;
  readonly providersBuiltIn: readonly string[];
}
