// Text to plain values, with the place of each, by the `yaml` package; knows no schema. Every way in which a text can be
// wrong or hostile ends here as a trouble: syntax, keys that stand twice, aliases that multiply, depth.

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { nearestName } from "../base/nearest.js";
import type { Result } from "../base/result.js";
import { type Trouble, thrownText } from "../base/trouble.js";
import type { YamlPath } from "./path.js";
import { Places } from "./places.js";
import { syntaxRemedy } from "./syntax-troubles.js";

/** What a custom tag (`!secret NAME`) stands for, by its name without the `!`. */
export type Tags = Readonly<Record<string, (argument: string) => Result<string>>>;

/** A trouble with its place in the text, for sorting. */
export interface Finding {
  readonly offset: number;
  readonly trouble: Trouble;
}

/** A value that a tag gave as text: what type it has only the schema can say. */
export interface TaggedText {
  readonly path: YamlPath;
  readonly text: string;
}

export interface Composed {
  readonly value: unknown;
  readonly places: Places;
  readonly tagged: readonly TaggedText[];
  readonly findings: readonly Finding[];
  /** The text is no YAML: the value means nothing. */
  readonly isBroken: boolean;
}

/** A configuration with a hundred pipelines is about 30 KB; a manifest with the largest label list in it about 1 MB. */
export const MAX_TEXT_LENGTH = 2_000_000;
/** The largest label list that a manifest may hold is 100 000 entries; aliases that multiply stop here too. */
const MAX_NODES = 150_000;
/** The deepest key of any schema is 7 levels down. */
const MAX_DEPTH = 32;
/** The tags that YAML itself gives meaning to and that the parser has resolved already. */
const CORE_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

export function compose(text: string, file: string, tags: Tags): Composed {
  const lines = new LineCounter();
  const places = new Places();
  const findings: Finding[] = [];
  const tagged: TaggedText[] = [];
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    // The parser counts lines from 1 once it has seen one; an empty text has none.
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const report = (code: string, offset: number, what: string, remedy: string): void => {
    findings.push({ offset, trouble: { code, where: where(offset), what, remedy } });
  };
  const broken = (): Composed => ({ value: null, places, tagged, findings, isBroken: true });

  if (text.length > MAX_TEXT_LENGTH) {
    const what = `the text has ${text.length} characters, more than ${MAX_TEXT_LENGTH}`;
    report("yaml-too-large", 0, what, "is this the right file? Remove what does not belong there");
    return broken();
  }
  const document = parseText(text, lines, report);
  if (findings.length > 0) return broken();

  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  let nodes = 0;
  let isExhausted = false;

  /** `offset` is where the value is used: for an alias that is not where it was written. */
  const nodeValue = (node: unknown, path: YamlPath, offset: number): unknown => {
    nodes += 1;
    if (nodes > MAX_NODES || path.length > MAX_DEPTH) {
      if (!isExhausted) {
        const limit = nodes > MAX_NODES ? `more than ${MAX_NODES} values` : `more than ${MAX_DEPTH} levels`;
        report("yaml-too-large", offset, `the document has ${limit}`, "write less; do aliases repeat aliases?");
      }
      isExhausted = true;
      return null;
    }
    if (isExhausted || node === null || node === undefined) return null;
    if (isAlias(node)) return aliasValue(node.source, path, offset);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (node.tag !== undefined && !CORE_TAG.test(node.tag)) return taggedValue(node, node.tag, path, offset);
    if (isScalar(node)) return node.value;
    open.add(node);
    const value = isMap(node) ? mappingValue(node.items, path) : listValue(node.items, path);
    open.delete(node);
    return value;
  };

  const aliasValue = (name: string, path: YamlPath, offset: number): unknown => {
    const target = anchors.get(name);
    if (target === undefined || open.has(target)) {
      const why = target === undefined ? "no anchor of that name stands before it" : "it stands inside its own anchor";
      report("yaml-alias", offset, `alias *${name}: ${why}`, "write the value out, or name another anchor");
      return null;
    }
    return nodeValue(target, path, offset);
  };

  const taggedValue = (node: Node, tag: string, path: YamlPath, offset: number): unknown => {
    const name = tag.startsWith("!") ? tag.slice(1) : tag;
    const resolve = Object.hasOwn(tags, name) ? tags[name] : undefined;
    if (resolve === undefined) {
      report("yaml-tag", offset, `unknown tag ${tag}`, tagRemedy(name, Object.keys(tags)));
      return null;
    }
    if (!isScalar(node)) {
      report("yaml-tag", offset, `${tag} stands before a mapping or list`, `write a name behind it: ${tag} NAME`);
      return null;
    }
    const resolved = resolve(String(node.value));
    if (!resolved.ok) {
      findings.push({ offset, trouble: { ...resolved.trouble, where: where(offset) } });
      return null;
    }
    places.set(path, { ...places.nearest(path), isHidden: true });
    tagged.push({ path, text: resolved.value });
    return resolved.value;
  };

  const mappingValue = (items: readonly { key: unknown; value: unknown }[], path: YamlPath): unknown => {
    const mapping: Record<string, unknown> = {};
    const firstLines = new Map<string, number>();
    for (const item of items) {
      const keyOffset = offsetOf(item.key) ?? 0;
      const key = isScalar(item.key) ? String(item.key.value) : "";
      const line = Math.max(1, lines.linePos(keyOffset).line);
      const first = firstLines.get(key);
      // Assigning to `__proto__` would change what the mapping is instead of what it holds.
      if (first !== undefined || key === "__proto__") {
        const what = first === undefined ? `"${key}" is no key` : `"${key}" stands twice, first on line ${first}`;
        report("yaml-duplicate-key", keyOffset, what, "remove one of them");
        continue;
      }
      firstLines.set(key, line);
      const valueOffset = offsetOf(item.value) ?? keyOffset;
      const inner = [...path, key];
      places.set(inner, {
        key: where(keyOffset),
        value: where(valueOffset),
        offset: valueOffset,
        isHidden: false,
        isRefused: false,
      });
      mapping[key] = nodeValue(item.value, inner, valueOffset);
    }
    return mapping;
  };

  const listValue = (items: readonly unknown[], path: YamlPath): unknown =>
    items.map((item, index) => {
      const offset = offsetOf(item) ?? 0;
      const inner = [...path, index];
      places.set(inner, { key: null, value: where(offset), offset, isHidden: false, isRefused: false });
      return nodeValue(item, inner, offset);
    });

  const rootOffset = offsetOf(document) ?? 0;
  places.set([], { key: null, value: where(rootOffset), offset: rootOffset, isHidden: false, isRefused: false });
  const value = nodeValue(document, [], rootOffset);
  return { value, places, tagged, findings, isBroken: isExhausted };
}

/** The root node; null where there is none, or where the text is no YAML (which is reported). */
function parseText(
  text: string,
  lines: LineCounter,
  report: (code: string, offset: number, what: string, remedy: string) => void,
): Node | null {
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
    // A tag that the parser does not know is a warning there: compose() judges all tags.
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

function tagRemedy(name: string, known: readonly string[]): string {
  if (known.length === 0) return "remove it: no tags are known here";
  const near = nearestName(name, known);
  const list = known.map((tag) => `!${tag}`).join(", ");
  return near === null ? `known here: ${list}; text that begins with ! belongs in quotes` : `did you mean !${near}?`;
}

function offsetOf(node: unknown): number | null {
  if (typeof node !== "object" || node === null || !("range" in node)) return null;
  const { range } = node;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : null;
}
