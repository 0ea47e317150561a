// Text to the nodes of the `yaml` package, or the errors of its syntax. Hostile texts end before the parser's recursion:
// brackets nested by the hundred thousand make the regular expression compiler end the whole process, which no `catch` sees.

import { Composer, type CST, type LineCounter, type Node, Parser } from "yaml";
import { MAX_TROUBLES } from "./finding.js";
import { syntaxRemedy } from "./syntax-troubles.js";

export type Report = (code: string, offset: number, what: string, remedy: string) => void;

/** A configuration with a hundred pipelines is about 30 KB. */
export const MAX_TEXT_LENGTH = 1_048_576;
/** The deepest key of any schema is 7 levels down; a level of the text is one mapping or list. */
export const MAX_DEPTH = 32;

/** The root node; null where the text is empty, or where it is no YAML, which is reported. */
export function parseText(text: string, lines: LineCounter, report: Report): Node | null {
  if (text.length > MAX_TEXT_LENGTH) {
    const what = `the text has ${text.length} characters, more than ${MAX_TEXT_LENGTH}`;
    report("yaml-too-large", 0, what, "is this the right file? Remove what does not belong there");
    return null;
  }
  // This first half goes token by token and keeps its own stack.
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const tooDeep = firstTooDeep(tokens);
  if (tooDeep !== null) {
    report("yaml-too-large", tooDeep, `more than ${MAX_DEPTH} levels`, "close the brackets, or nest less");
    return null;
  }
  const composer = new Composer({ lineCounter: lines, uniqueKeys: false, stringKeys: true, resolveKnownTags: false });
  const [document, another] = [...composer.compose(tokens, true, text.length)];
  const reported = new Set<number>();
  // A tag that the parser does not know is a warning there: nodeValue() judges all tags.
  for (const error of document?.errors.slice(0, MAX_TROUBLES + 1) ?? []) {
    const [offset] = error.pos;
    // One slip makes several errors at one place; the first is nearest to the slip.
    if (reported.has(offset)) continue;
    reported.add(offset);
    const quote = error.code === "MISSING_CHAR" ? openQuote(tokens, offset) : null;
    if (quote === null) report("yaml-syntax", offset, error.message, syntaxRemedy(error.code));
    else report("yaml-syntax", quote, "a quote opens here and nothing closes it", syntaxRemedy(error.code));
  }
  if (another !== undefined) {
    report("yaml-syntax", another.range[0], "a second document begins", syntaxRemedy("MULTIPLE_DOCS"));
  }
  return document?.contents ?? null;
}

/** Where the quoted text begins that ends at the offset, or null: its missing quote is missed only at its end, lines below. */
function openQuote(tokens: readonly CST.Token[], end: number): number | null {
  for (const { token } of nested(tokens)) {
    const isQuoted = token.type === "double-quoted-scalar" || token.type === "single-quoted-scalar";
    if (isQuoted && token.offset + token.source.length === end) return token.offset;
  }
  return null;
}

/** Offset of the first token that is nested too deep, or null. */
function firstTooDeep(tokens: readonly CST.Token[]): number | null {
  for (const { token, depth } of nested(tokens)) if (depth > MAX_DEPTH) return token.offset;
  return null;
}

/** Every token with its depth. Keeps its own stack: the depth is what is not yet known. */
function* nested(tokens: readonly CST.Token[]): Generator<{ readonly token: CST.Token; readonly depth: number }> {
  const waiting = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    yield next;
    if (token.type === "document" && token.value !== undefined) waiting.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    for (const { key, value } of token.items) {
      if (key !== undefined && key !== null) waiting.push({ token: key, depth: depth + 1 });
      if (value !== undefined) waiting.push({ token: value, depth: depth + 1 });
    }
  }
}
