// Text to plain values, with the place of each; knows no schema. Every way in which a text can be wrong or hostile ends
// here as a trouble: syntax, keys that stand twice, aliases that multiply, depth.

import { LineCounter } from "yaml";
import type { Finding } from "./finding.js";
import { type NodeWalk, nodeValue, offsetOf, type TaggedText, type Tags } from "./node-values.js";
import { parseText, type Report } from "./parse-text.js";
import { Places } from "./places.js";

export interface Composed {
  readonly value: unknown;
  readonly places: Places;
  readonly tagged: readonly TaggedText[];
  readonly findings: readonly Finding[];
  /** The text is no YAML, or too much of it: the value means nothing. */
  readonly isBroken: boolean;
}

export function compose(text: string, file: string, tags: Tags): Composed {
  const lines = new LineCounter();
  const findings: Finding[] = [];
  const lineOf = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  // The parser counts lines from 1 once it has seen one; an empty text has none.
  const where = (offset: number): string => `${file}:${lineOf(offset)}:${Math.max(1, lines.linePos(offset).col)}`;
  const report: Report = (code, offset, what, remedy) => {
    findings.push({ offset, trouble: { code, where: where(offset), what, remedy } });
  };
  const walk: NodeWalk = {
    ...{ tags, places: new Places(where), tagged: [], lineOf, report },
    ...{ anchors: new Map(), open: new Set(), nodes: 0, isExhausted: false },
  };

  const root = parseText(text, lines, report);
  // Without its structure everything else that could be said about the text would be noise.
  if (findings.length > 0) return { value: null, places: walk.places, tagged: [], findings, isBroken: true };
  const offset = offsetOf(root) ?? 0;
  walk.places.set([], { key: null, value: offset });
  const value = nodeValue(walk, root, [], offset);
  return { value, places: walk.places, tagged: walk.tagged, findings, isBroken: walk.isExhausted };
}
