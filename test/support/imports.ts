// What a source file loads when it runs, and which of the world's doors it touches: read from the syntax tree, so that comments
// and strings do not count. `import type` is gone after compiling and therefore not listed.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

export interface LoadedModule {
  /** As written: a package, `node:…`, or a relative path. */
  readonly specifier: string;
  /** Path below the root of the file it means; null for packages and Node's own modules. */
  readonly file: string | null;
  readonly line: number;
  /** `import("…")`: loaded when that line is reached. */
  readonly isLazy: boolean;
}

export interface SourceFacts {
  /** Path below the root, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly loads: readonly LoadedModule[];
  /** Uses of clock, chance, environment and console, each as `name:line`. */
  readonly worldly: readonly string[];
}

/** Every TypeScript file below `folder` of `root`, by its path. */
export function readSources(root: string, folder: string): ReadonlyMap<string, SourceFacts> {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const paths = names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
  return new Map(paths.sort().map((path) => [path, factsOf(root, path)]));
}

function factsOf(root: string, path: string): SourceFacts {
  const text = readFileSync(join(root, path), "utf8");
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const loads: LoadedModule[] = [];
  const worldly: string[] = [];
  const lineOf = (node: ts.Node) => tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
  const load = (specifier: string, node: ts.Node, isLazy: boolean) =>
    loads.push({ specifier, file: resolve(root, path, specifier), line: lineOf(node), isLazy });

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      // Only `import type`: with verbatimModuleSyntax, `import { type A }` still loads the module.
      if (node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) load(node.moduleSpecifier.text, node, false);
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      if (!node.isTypeOnly) load(node.moduleSpecifier.text, node, false);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteralLike(specifier)) load(specifier.text, node, true);
    } else {
      const use = worldlyUse(node);
      if (use !== null) worldly.push(`${use}:${lineOf(node)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { path, lines: text.split("\n").length - 1, loads, worldly };
}

/** Relative specifiers name the compiled file; its source lies at the same place. */
function resolve(root: string, from: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  const path = relative(root, join(root, dirname(from), specifier)).replace(/\.js$/, ".ts");
  return existsSync(join(root, path)) ? path : null;
}

/** Objects and functions through which a pure room would reach clock, chance, environment, network or terminal. */
const WORLDLY_OBJECTS: ReadonlySet<string> = new Set(["process", "console", "performance"]);
const WORLDLY_CALLS: ReadonlySet<string> = new Set([
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "fetch",
]);
const WORLDLY_MEMBERS: ReadonlySet<string> = new Set(["Date.now", "Math.random", "crypto.randomUUID"]);

function worldlyUse(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const name = `${node.expression.text}.${node.name.text}`;
    return WORLDLY_OBJECTS.has(node.expression.text) || WORLDLY_MEMBERS.has(name) ? name : null;
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
    return WORLDLY_CALLS.has(node.expression.text) ? node.expression.text : null;
  // `new Date()` reads the clock; `new Date(text)` only computes.
  const readsClock =
    ts.isNewExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === "Date" &&
    (node.arguments?.length ?? 0) === 0;
  return readsClock ? "new Date()" : null;
}

/**
 * Everything that is loaded when `roots` run, with the way there.
 * @returns file or package -> the chain of files that leads to it
 */
export function reachable(
  sources: ReadonlyMap<string, SourceFacts>,
  roots: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const open = roots.map((root) => [root]);
  // Breadth first: the way that is shown is a shortest one.
  for (let chain = open.shift(); chain !== undefined; chain = open.shift()) {
    const last = chain.at(-1) ?? "";
    if (found.has(last)) continue;
    found.set(last, chain);
    for (const { file, specifier } of sources.get(last)?.loads ?? [])
      open.push([...chain, file ?? packageOf(specifier)]);
  }
  return found;
}

/** `@scope/name/file` -> `@scope/name`; Node's own modules stay as they are. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
