// What a topic with `+` matched, and the name that this gives an input. Pure.

import { createHash } from "node:crypto";

/** Longest name of an input (DESIGN: [a-z0-9][a-z0-9_-]{0,63}). */
const MAX_NAME = 64;

/** The levels that stand for the pattern's `+`, in order; null where the topic does not match. Input topics have no `#`. */
export function matchedLevels(pattern: string, topic: string): readonly string[] | null {
  const want = pattern.split("/");
  const have = topic.split("/");
  if (want.length !== have.length) return null;
  const levels: string[] = [];
  for (const [index, level] of have.entries()) {
    if (want[index] === "+") levels.push(level);
    else if (want[index] !== level) return null;
  }
  // Wildcards in front do not reach the broker's own topics (MQTT 5, 4.7.2).
  return topic.startsWith("$") && want[0] === "+" ? null : levels;
}

/**
 * `<key>_<matched>`, cut to what names may hold: `cameras/+/jpeg` of input `cam` gives `cam_porch` for `cameras/Porch/jpeg`. Where two
 * topics come to the same name, the later one gets a piece of its topic's digest: the same piece after every restart.
 */
export function nameOfMatch(key: string, levels: readonly string[], isTaken: (name: string) => boolean): string {
  const matched = levels.map((level) => sanitised(level)).join("_");
  const name = `${key}_${matched}`.slice(0, MAX_NAME);
  if (!isTaken(name)) return name;
  const digest = createHash("sha256").update(levels.join("/")).digest("hex");
  for (let length = 4; ; length++) {
    const suffix = `-${digest.slice(0, length)}`;
    const longer = `${name.slice(0, MAX_NAME - suffix.length)}${suffix}`;
    // Sixty digits that are all taken do not happen; the names of one pattern are 64 at most.
    if (!isTaken(longer) || length === digest.length) return longer;
  }
}

function sanitised(level: string): string {
  // Letters with marks lose the marks ("Büro" is `buro`), whatever is left over becomes a hyphen.
  const plain = level.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const safe = plain.replace(/[^a-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "");
  return safe === "" ? "unnamed" : safe;
}
