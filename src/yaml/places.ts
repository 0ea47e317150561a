// Remembers where each key and value of a document was written, so that a trouble can point at it.

import { pathText, type YamlPath } from "./path.js";

/** Where something stands, in words. */
export interface Place {
  /** Where the key stands: `file:line:col`; null for list entries and the root. */
  readonly key: string | null;
  /** Where the value stands. */
  readonly value: string;
  /** For sorting: offsets of key and value in the text; what is not in the text comes last. */
  readonly keyOffset: number;
  readonly offset: number;
  /** The value came from a secret or from the environment: no message may quote it. */
  readonly isHidden?: boolean;
  /** What stands there was refused already: what the schema says about the gap would be noise. */
  readonly isRefused?: boolean;
}

/** Offsets in the text; few of them are ever told to anyone, so that lines are counted only then. */
interface Written {
  readonly key: number | null;
  readonly value: number;
  readonly isHidden?: boolean;
  readonly isRefused?: boolean;
}

export class Places {
  readonly #where: (offset: number) => string;
  readonly #written = new Map<string, Written>();
  /** Names of what replaced a value from outside. */
  readonly #replaced = new Map<string, string>();

  /** @param where `file:line:col` of an offset */
  constructor(where: (offset: number) => string) {
    this.#where = where;
  }

  set(path: YamlPath, written: Written): void {
    this.#written.set(nameOf(path), written);
  }

  /** Adds a mark to a path that was set. */
  mark(path: YamlPath, marks: { readonly isHidden?: true; readonly isRefused?: true }): void {
    const written = this.#written.get(nameOf(path));
    if (written !== undefined) this.#written.set(nameOf(path), { ...written, ...marks });
  }

  /** The value at the path came from outside, by this name. */
  replace(path: YamlPath, name: string): void {
    this.#replaced.set(nameOf(path), name);
  }

  /** The place of the path, else that of the nearest thing around it: what is missing is looked for where it should be. */
  nearest(path: YamlPath): Place {
    for (let length = path.length; length >= 0; length--) {
      const name = nameOf(path.slice(0, length));
      const source = this.#replaced.get(name);
      if (source !== undefined) return { ...elsewhere(source, Number.POSITIVE_INFINITY), isHidden: true };
      const written = this.#written.get(name);
      if (written === undefined) continue;
      const { key, value, ...marks } = written;
      const keyPlace = key === null ? null : this.#where(key);
      return { key: keyPlace, value: this.#where(value), keyOffset: key ?? value, offset: value, ...marks };
    }
    return elsewhere(this.#where(0), 0);
  }

  /** `file:line:col` of the value at the path, or of the nearest thing around it. */
  at(path: YamlPath): string {
    return this.nearest(path).value;
  }
}

/** The place of something that has no text around it (a value made by a program): its path stands for it. */
export function pathPlace(path: YamlPath): Place {
  return elsewhere(pathText(path), 0);
}

function elsewhere(name: string, offset: number): Place {
  return { key: name, value: name, keyOffset: offset, offset };
}

/** JSON keeps `["a.b"]` and `["a", "b"]` apart, and 0 from "0". */
function nameOf(path: YamlPath): string {
  return JSON.stringify(path);
}
