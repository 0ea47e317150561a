// Expected failure as a value: what can go wrong in the world is returned, what can only be our own mistake is thrown.

import type { Trouble } from "./trouble.js";

/** Either a value, or the trouble that stands in its place. */
export type Result<T> = Ok<T> | Failed;
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}
export interface Failed {
  readonly ok: false;
  readonly trouble: Trouble;
}

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

export function fail(trouble: Trouble): Failed {
  return { ok: false, trouble };
}

/** Either a value, or everything that is wrong with its source: a person mends all errors in one go. */
export type Checked<T> = Ok<T> | { readonly ok: false; readonly troubles: readonly Trouble[] };
