// Text to plain values, with the place of each, by the `yaml` package; knows no schema. Every way in which a text can be
// wrong or hostile ends here as a trouble: syntax, keys that stand twice, aliases that multiply, depth.

import { LineCounter, type Node, parseDocument } from "yaml";
import { thrownText } from "../base/trouble.js";
import type { Finding } from "./finding.js";
import { type NodeWalk, nodeValue, offsetOf, type TaggedText, type Tags } from "./node-values.js";
import { Places } from "./places.js";
import { syntaxRemedy } from "./syntax-troubles.js";

export interface Composed {
  readonly value: unknown;
  readonly places: Places;
  readonly tagged: readonly TaggedText[];
  readonly findings: readonly Finding[];
  /** The text is no YAML, or too much of it: the value means nothing. */
  readonly isBroken: boolean;
}

/** A configuration with a hundred pipelines is about 30 KB; a manifest with the longest label list in it about 2 MB. */
export const MAX_TEXT_LENGTH = 2_000_000;

export function compose(text: string, file: string, tags: Tags): Composed {
  const lines = new LineCounter();
  const findings: Finding[] = [];
  const lineOf = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  // The parser counts lines from 1 once it has seen one; an empty text has none.
  const where = (offset: number): string => `${file}:${lineOf(offset)}:${Math.max(1, lines.linePos(offset).col)}`;
  const report: NodeWalk["report"] = (code, offset, what, remedy) => {
    findings.push({ offset, trouble: { code, where: where(offset), what, remedy } });
  };
  const walk: NodeWalk = {
    ...{ tags, places: new Places(), tagged: [], where, lineOf, report },
    ...{ anchors: new Map(), open: new Set(), nodes: 0, isExhausted: false },
  };

  const root = parseText(text, lines, report);
  // Without its structure everything else that could be said about the text would be noise.
  if (findings.length > 0) return { value: null, places: walk.places, tagged: [], findings, isBroken: true };
  const offset = offsetOf(root) ?? 0;
  walk.places.set([], { key: null, value: where(offset), offset });
  const value = nodeValue(walk, root, [], offset);
  return { value, places: walk.places, tagged: walk.tagged, findings, isBroken: walk.isExhausted };
}

/** The root node; null where the text is empty, or where it is no YAML (which is reported). */
function parseText(text: string, lines: LineCounter, report: NodeWalk["report"]): Node | null {
  if (text.length > MAX_TEXT_LENGTH) {
    const what = `the text has ${text.length} characters, more than ${MAX_TEXT_LENGTH}`;
    report("yaml-too-large", 0, what, "is this the right file? Remove what does not belong there");
    return null;
  }
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      // Our messages have their own form; and the parser's own check of keys compares each with each.
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: true,
      resolveKnownTags: false,
      logLevel: "silent",
    });
    // A tag that the parser does not know is a warning there: nodeValue() judges all tags.
    for (const error of document.errors) {
      report("yaml-syntax", error.pos[0], error.message, syntaxRemedy(error.code));
    }
    return document.contents;
  } catch (thrown) {
    // The parser descends by recursion: brackets nested by the thousand end on its stack.
    report("yaml-syntax", 0, `the text cannot be read: ${thrownText(thrown)}`, "nest less: ten levels are enough");
    return null;
  }
}
