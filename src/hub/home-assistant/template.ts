// Templates (Jinja) that take one field out of a document. Always with brackets: a dot would find the methods of Python's dict
// first, so that `value_json.values` is no field but a function.

/** A string literal; Jinja knows JSON's escapes. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** `value_json["latency_ms"]["p50"]`. */
export function path(...keys: readonly string[]): string {
  return `value_json${keys.map((key) => `[${literal(key)}]`).join("")}`;
}

/** The field as it is; null becomes `None`, which Home Assistant takes for unknown. */
export function field(...keys: readonly string[]): string {
  return expression(path(...keys));
}

export function expression(text: string): string {
  return `{{ ${text} }}`;
}

/** One of two texts. */
export function choice(condition: string, yes: string, no: string): string {
  return expression(`${literal(yes)} if ${condition} else ${literal(no)}`);
}

export function isOneOf(value: string, options: readonly string[]): string {
  return `${value} in [${options.map(literal).join(", ")}]`;
}
