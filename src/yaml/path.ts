// Where something stands in a document of mappings and lists, as data and as people write it.

/** Keys and list positions from the root down. */
export type YamlPath = readonly (string | number)[];

/** `pipelines.people.inputs[0]`; the root is "the document". */
export function pathText(path: YamlPath): string {
  if (path.length === 0) return "the document";
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** The value at the path, or undefined where there is none. Looks at own keys only: a key named `constructor` is no value. */
export function valueAt(root: unknown, path: YamlPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    // The check above is what makes this cast true.
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** A mapping as the parser makes it: not null, not a list. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
