// Remembers where each key and value of a document was written, so that a trouble can point at it.

import { pathText, type YamlPath } from "./path.js";

export interface Place {
  /** Where the key stands: `file:line:col`; null for list entries and the root. */
  readonly key: string | null;
  /** Where the value stands. */
  readonly value: string;
  /** For sorting: the offset in the text; what is not in the text comes last. */
  readonly offset: number;
  /** The value came from a secret or from the environment: no message may quote it. */
  readonly isHidden?: boolean;
  /** What stands there was refused already: what the schema says about the gap would be noise. */
  readonly isRefused?: boolean;
}

export class Places {
  readonly #places = new Map<string, Place>();

  set(path: YamlPath, place: Place): void {
    this.#places.set(nameOf(path), place);
  }

  /** The place of the path, else that of the nearest thing around it: what is missing is looked for where it should be. */
  nearest(path: YamlPath): Place {
    for (let length = path.length; length >= 0; length--) {
      const place = this.#places.get(nameOf(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    return NOWHERE;
  }

  /** `file:line:col` of the value at the path, or of the nearest thing around it. */
  at(path: YamlPath): string {
    return this.nearest(path).value;
  }
}

const NOWHERE: Place = { key: null, value: "", offset: 0 };

/** JSON keeps `["a.b"]` and `["a", "b"]` apart, and 0 from "0". */
function nameOf(path: YamlPath): string {
  return JSON.stringify(path);
}

/** The place of something that has no text around it (a value made by a program): its path stands for it. */
export function pathPlace(path: YamlPath): Place {
  const text = pathText(path);
  return { key: text, value: text, offset: 0 };
}
