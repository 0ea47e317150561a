// Which code does a frame's work before the run: what the engine tells, and info and log repeat.

export interface KernelFacts {
  /** `neon`, `avx2`, `sse41`, `reference`; `twin` where the native addon is missing. */
  readonly set: string;
  /** The JPEG decoder besides sharp; null: none. */
  readonly jpeg: string | null;
  /** Why something is missing; null: nothing is. */
  readonly missing: string | null;
}
