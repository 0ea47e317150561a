// A plain value as YAML on one line, for files that we write.

import { stringify } from "yaml";

/** `[a, b]`, `{ x: 1 }`, `"5"`: reads back as the same value. */
export function flowText(value: unknown): string {
  // Width 0: never folded, since the line may stand behind a `#`.
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}
