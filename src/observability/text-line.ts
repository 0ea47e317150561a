// A log line for people: time, level, event, then the fields as name=value. Pure.

/** Width of the longest level, so that events stand in a column. */
const LEVEL_WIDTH = 5;
/** Text that needs no quotes: no blank, quote, equals sign or control character. */
const BARE = /^[^\s"=\p{Cc}]+$/u;

/** @param line one JSON line as the logger writes it: `level`, `time` and `event` first */
export function textLine(line: string): string {
  const { level, time, event, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const head = `${time} ${String(level).toUpperCase().padEnd(LEVEL_WIDTH)} ${event}`;
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  return [head, ...pairs].join(" ");
}

function fieldText(value: unknown): string {
  // Quoted as JSON: a line break in a field must not look like a second line.
  return typeof value === "string" && BARE.test(value) ? value : JSON.stringify(value);
}
