// Nodes of the YAML parser to plain values, remembering the place of each. Bounded: what multiplies by aliases or goes too
// deep ends in one trouble.

import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import { nearestName } from "../base/nearest.js";
import type { Result } from "../base/result.js";
import { MAX_DEPTH, type Report } from "./parse-text.js";
import type { YamlPath } from "./path.js";
import type { Places } from "./places.js";

/** What a custom tag (`!secret NAME`) stands for, by its name without the `!`. */
export type Tags = Readonly<Record<string, (argument: string) => Result<string>>>;

/** A value that a tag gave as text: what type it has only the schema can say. */
export interface TaggedText {
  readonly path: YamlPath;
  readonly text: string;
}

/** What one walk over a document works with and remembers. */
export interface NodeWalk {
  readonly tags: Tags;
  readonly places: Places;
  readonly tagged: TaggedText[];
  readonly lineOf: (offset: number) => number;
  readonly report: Report;
  /** The newest node of each anchor so far: an alias means what stands before it. */
  readonly anchors: Map<string, Node>;
  /** The mappings and lists that are being walked: an alias to one of them would never end. */
  readonly open: Set<Node>;
  nodes: number;
  isExhausted: boolean;
}

/** The longest label list that a manifest may hold has 100 000 entries; aliases that multiply stop here too. */
const MAX_NODES = 150_000;
/** The tags that YAML itself gives meaning to and that the parser has resolved already. */
const CORE_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/** @param offset where the value is used: for an alias that is not where it was written */
export function nodeValue(walk: NodeWalk, node: unknown, path: YamlPath, offset: number): unknown {
  walk.nodes += 1;
  if (!walk.isExhausted && (walk.nodes > MAX_NODES || path.length > MAX_DEPTH)) {
    walk.isExhausted = true;
    const limit = walk.nodes > MAX_NODES ? `more than ${MAX_NODES} values` : `more than ${MAX_DEPTH} levels`;
    walk.report("yaml-too-large", offset, `the document has ${limit}`, "write less; do aliases repeat aliases?");
  }
  if (walk.isExhausted) return null;
  if (isAlias(node)) return aliasValue(walk, node.source, path, offset);
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (node.tag !== undefined && !CORE_TAG.test(node.tag)) return taggedValue(walk, node, node.tag, path, offset);
  if (isScalar(node)) return node.value;
  walk.open.add(node);
  const value = isMap(node) ? mappingValue(walk, node.items, path) : listValue(walk, node.items, path);
  walk.open.delete(node);
  return value;
}

/** Where a node begins in the text; null for what is not there. */
export function offsetOf(node: unknown): number | null {
  if (typeof node !== "object" || node === null || !("range" in node)) return null;
  const { range } = node;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : null;
}

function aliasValue(walk: NodeWalk, name: string, path: YamlPath, offset: number): unknown {
  const target = walk.anchors.get(name);
  if (target !== undefined && !walk.open.has(target)) return nodeValue(walk, target, path, offset);
  const why = target === undefined ? "no anchor of that name stands before it" : "it stands inside its own anchor";
  const remedy = "write the value out, or name another anchor";
  return refuse(walk, path, "yaml-alias", offset, `alias *${name}: ${why}`, remedy);
}

function taggedValue(walk: NodeWalk, node: Node, tag: string, path: YamlPath, offset: number): unknown {
  const short = tag.replace(/^tag:yaml\.org,2002:/, "!!");
  const name = short.startsWith("!") ? short.slice(1) : short;
  const resolve = Object.hasOwn(walk.tags, name) ? walk.tags[name] : undefined;
  if (resolve === undefined) {
    return refuse(walk, path, "yaml-tag", offset, `unknown tag ${short}`, tagRemedy(name, Object.keys(walk.tags)));
  }
  if (!isScalar(node)) {
    const remedy = `write a name behind it: ${tag} NAME`;
    return refuse(walk, path, "yaml-tag", offset, `${tag} stands before a mapping or list`, remedy);
  }
  const resolved = resolve(String(node.value ?? ""));
  if (!resolved.ok) {
    const { code, what, remedy } = resolved.trouble;
    return refuse(walk, path, code, offset, what, remedy);
  }
  walk.places.mark(path, { isHidden: true });
  walk.tagged.push({ path, text: resolved.value });
  return resolved.value;
}

function refuse(walk: NodeWalk, path: YamlPath, code: string, offset: number, what: string, remedy: string): null {
  walk.report(code, offset, what, remedy);
  walk.places.mark(path, { isRefused: true });
  return null;
}

function mappingValue(walk: NodeWalk, items: readonly { key: unknown; value: unknown }[], path: YamlPath): unknown {
  const mapping: Record<string, unknown> = {};
  const lines = new Map<string, number>();
  for (const item of items) {
    const offset = offsetOf(item.key) ?? 0;
    const key = isScalar(item.key) ? String(item.key.value) : "";
    const first = lines.get(key);
    if (first !== undefined) {
      walk.report("yaml-duplicate-key", offset, `"${key}" stands twice, first on line ${first}`, "remove one of them");
      continue;
    }
    if (key === "__proto__") {
      // Assigning to it would change what the mapping is instead of what it holds.
      walk.report("unknown-key", offset, `"${key}" is no key`, "remove it");
      continue;
    }
    lines.set(key, walk.lineOf(offset));
    const valueOffset = offsetOf(item.value) ?? offset;
    const inner = [...path, key];
    walk.places.set(inner, { key: offset, value: valueOffset });
    mapping[key] = nodeValue(walk, item.value, inner, valueOffset);
  }
  return mapping;
}

function listValue(walk: NodeWalk, items: readonly unknown[], path: YamlPath): unknown {
  return items.map((item, index) => {
    const offset = offsetOf(item) ?? 0;
    const inner = [...path, index];
    walk.places.set(inner, { key: null, value: offset });
    return nodeValue(walk, item, inner, offset);
  });
}

function tagRemedy(name: string, known: readonly string[]): string {
  if (known.length === 0) return "remove it: no tags are known here; text that begins with ! belongs in quotes";
  const near = nearestName(name, known);
  const list = known.map((tag) => `!${tag}`).join(", ");
  return near === null ? `known here: ${list}; text that begins with ! belongs in quotes` : `did you mean !${near}?`;
}
