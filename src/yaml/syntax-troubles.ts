// The YAML parser's errors in the words of a person who edits a configuration: what mends each kind.

import type { ErrorCode } from "yaml";

/** What mends it, by the parser's own code. Codes without an entry get GENERAL. */
const REMEDIES: Partial<Readonly<Record<ErrorCode, string>>> = {
  BAD_ALIAS: "give the `*alias` the name of an `&anchor` that stands before it",
  BAD_DQ_ESCAPE: 'write a backslash in double quotes as "\\\\", or use single quotes',
  BAD_INDENT: "indent the line like its neighbours, with spaces; or is a bracket before it left open?",
  BAD_SCALAR_START: "put the value in quotes: it begins with a character that means something in YAML",
  BLOCK_AS_IMPLICIT_KEY: "put a value that holds `: ` in quotes, or start the inner mapping on the next line",
  BLOCK_IN_FLOW: "inside { } and [ ] write everything on flow lines, or leave the brackets away",
  KEY_OVER_1024_CHARS: "write a space after the colon of the key; a key has at most 1024 characters",
  MISSING_CHAR: "close the quote or bracket, write `: ` after a key and `, ` between entries",
  MULTILINE_IMPLICIT_KEY: "write `key: value` on one line, with a space behind the colon",
  MULTIPLE_DOCS: "keep one document in the file: remove the `---` and what follows it",
  NON_STRING_KEY: "use text as the key",
  RESOURCE_EXHAUSTION: "close the brackets, or nest less",
  TAB_AS_INDENT: "indent with spaces; YAML forbids tabs there",
  UNEXPECTED_TOKEN: "check brackets, quotes and indentation here and on the line before",
};
const GENERAL = "check brackets, quotes and indentation here and on the line before";

export function syntaxRemedy(code: ErrorCode): string {
  return REMEDIES[code] ?? GENERAL;
}
