// The examples of a Markdown file: fenced blocks, each with what the HTML comment before it asks of the test.

export interface Block {
  /** `sh`, `yaml`, …; empty where the fence names none. */
  readonly language: string;
  readonly text: string;
  /** Line of the fence, from 1. */
  readonly line: number;
  /** Words of `<!-- test: broker, config -->`: what must be there before it runs. */
  readonly needs: readonly string[];
  /** `<!-- test: skip, the reason -->`; null where it runs. */
  readonly skip: string | null;
}

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```(\w*)\s*$/.exec(lines[at] ?? "");
    if (fence === null) continue;
    const end = lines.findIndex((line, later) => later > at && /^```\s*$/.test(line));
    if (end < 0) throw new Error(`line ${at + 1}: a block without an end`);
    const [first = "", ...rest] = directiveBefore(lines, at);
    const isSkipped = first === "skip";
    blocks.push({
      language: fence[1] ?? "",
      text: lines.slice(at + 1, end).join("\n"),
      line: at + 1,
      needs: isSkipped ? [] : [first, ...rest].filter((word) => word !== ""),
      skip: isSkipped ? rest.join(", ") : null,
    });
    at = end;
  }
  return blocks;
}

function directiveBefore(lines: readonly string[], fence: number): string[] {
  let at = fence - 1;
  while (at >= 0 && lines[at]?.trim() === "") at--;
  const comment = /^<!-- test: (.*) -->$/.exec(lines[at]?.trim() ?? "");
  return comment?.[1]?.split(",").map((word) => word.trim()) ?? [];
}
