// The dependency rule of ../shared/STYLE.md as data: rooms, what each may load, and which library lives where. Each ban
// carries its reason, and a file that breaks it fails with that sentence. `import type` is free.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { packageOf, reachable, readSources, type SourceFacts } from "./support/imports.js";
import { REPOSITORY } from "./support/shared-data.js";

interface Room {
  /** `pure`: same input, same output: no I/O, clock, chance, environment, logger. `edge`: touches the world. `root`: joins others. */
  readonly kind: "pure" | "edge" | "root";
  /** Rooms that it may load besides `base` and `contract`. */
  readonly may: readonly string[];
  /** Processes that must never load it. */
  readonly not?: "in main" | "in the engine";
}

/** Every room, by its folder below src/ (the longest match counts). A room that is not here has no place in the map. */
const ROOMS: Readonly<Record<string, Room>> = {
  base: { kind: "pure", may: [] },
  contract: { kind: "pure", may: [] },
  governor: { kind: "pure", may: [] },
  scheduler: { kind: "pure", may: [] },
  events: { kind: "pure", may: [] },
  deploy: { kind: "pure", may: [] },
  alerts: { kind: "pure", may: [] },
  topics: { kind: "pure", may: [] },
  hub: { kind: "pure", may: ["topics"] },
  yaml: { kind: "pure", may: [] },
  onnx: { kind: "pure", may: [] },
  system: { kind: "edge", may: [] },
  config: { kind: "edge", may: ["yaml", "system"] },
  models: { kind: "edge", may: ["yaml", "system"] },
  mqtt: { kind: "edge", may: ["system"], not: "in the engine" },
  inputs: { kind: "edge", may: ["system"], not: "in the engine" },
  telemetry: { kind: "edge", may: ["system"], not: "in the engine" },
  http: { kind: "edge", may: [], not: "in the engine" },
  observability: { kind: "edge", may: ["system"], not: "in the engine" },
  "engine/protocol.ts": { kind: "pure", may: [] },
  "engine/host": { kind: "edge", may: ["engine/protocol.ts", "system"], not: "in the engine" },
  "engine/child": {
    kind: "edge",
    // onnx: models are cleaned in memory between the file (models) and the runtime.
    // kernels: the engine says which ones do the work.
    may: ["engine/protocol.ts", "pipelines", "runtimes", "models", "onnx", "kernels"],
    not: "in main",
  },
  kernels: { kind: "edge", may: [], not: "in main" },
  pipelines: { kind: "edge", may: ["kernels"], not: "in main" },
  runtimes: { kind: "edge", may: ["onnx"], not: "in main" },
  // engine/child: a variant is measured as the engine would run it, by the same code.
  measure: { kind: "root", may: ["models", "pipelines", "runtimes", "system", "engine/child"], not: "in main" },
  compress: { kind: "root", may: ["onnx", "measure", "models", "pipelines", "runtimes"], not: "in main" },
  simulate: { kind: "root", may: ["governor", "yaml", "system"] },
  doctor: { kind: "root", may: ["config", "kernels", "models", "mqtt", "telemetry", "system"] },
  daemon: {
    kind: "root",
    may: [
      ...["governor", "scheduler", "events", "deploy", "alerts", "topics", "hub", "yaml", "onnx", "engine/protocol.ts"],
      ...["mqtt", "inputs", "telemetry", "http", "observability", "engine/host", "config", "models", "system"],
    ],
  },
  // mqtt, topics: its cameras and its table are clients of the broker, like any other program.
  demo: { kind: "root", may: ["daemon", "simulate", "config", "mqtt", "topics", "observability", "system"] },
  cli: {
    kind: "root",
    may: [
      ...["governor", "alerts", "topics", "hub", "yaml", "onnx", "system", "config", "models", "mqtt", "telemetry"],
      ...["observability", "measure", "compress", "simulate", "doctor", "daemon", "demo"],
    ],
  },
};

/** A library and the only rooms that load it: changing one changes one folder. `zod` is the language of schemas, free to all. */
const LIBRARIES: Readonly<Record<string, { readonly rooms: readonly string[]; readonly why: string }>> = {
  mqtt: { rooms: ["mqtt"], why: "the MQTT client stays in mqtt/, for the demo's cameras too" },
  pino: { rooms: ["observability"], why: "all else logs through the Log that it is handed" },
  yaml: { rooms: ["yaml"], why: "all else gets parsed values with their places" },
  commander: { rooms: ["cli"], why: "arguments are the command line's business" },
  aedes: { rooms: ["demo"], why: "the embedded broker is for the demo and for nothing else" },
  sharp: { rooms: ["pipelines", "demo"], why: "pictures are decoded in the engine and drawn by the demo's cameras" },
  "node-gyp-build": { rooms: ["kernels"], why: "the native addon is found in one place" },
  "onnxruntime-node": { rooms: ["runtimes"], why: "the engine knows runtimes only by their door" },
  zod: { rooms: Object.keys(ROOMS), why: "" },
};

/** Native code can hang or abort the process that loads it. */
const NEVER_IN_MAIN = ["onnxruntime-node", "sharp", "node-gyp-build"];
const WHY_NEVER_IN_MAIN =
  "the main process must answer while the runtime, the decoder or the kernels hang: they live in the engine, started by path";
const WHY_NEVER_IN_ENGINE = "the engine answers frames and knows no broker, sensor or log: they are the main process's";
const WHY_PURE = "same input, same output: time, chance, environment and files are handed in by a root or an edge";

/** What `isotherm run` loads, now or later; the engine's entry is no part of it. */
const MAIN_ROOTS = ["src/cli/commands/run.ts"];
const ENGINE_ENTRY = "src/engine/child/main.ts";

/** Node's modules that only compute. */
const COMPUTING_MODULES: ReadonlySet<string> = new Set(["node:buffer", "node:crypto", "node:path", "node:util"]);

/** Lines: over 300 says why in its header, this is the end. */
const MAX_LINES = 500;

const sources = readSources(REPOSITORY, "src");
const files = [...sources.values()];

function roomOf(path: string): string | null {
  const inside = path.replace(/^src\//, "");
  const fitting = Object.keys(ROOMS).filter((room) => inside === room || inside.startsWith(`${room}/`));
  return fitting.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** Every import of another file of ours: from room to room, with the sentence that names the place. */
function arrows(): { from: string; to: string; at: string }[] {
  return files.flatMap((file) =>
    file.loads.flatMap((load) => {
      const [from, to] = [roomOf(file.path), load.file === null ? null : roomOf(load.file)];
      if (from === null || to === null || from === to) return [];
      return [{ from, to, at: `${file.path}:${load.line} loads ${load.file}` }];
    }),
  );
}

t.test("every file has a room, and every relative import leads to a file", async (t) => {
  t.ok(files.length > 30, "the sources were found");
  t.same(
    files.filter((file) => roomOf(file.path) === null).map((file) => file.path),
    [],
    "a folder that the map (STYLE §2) does not know: give it a line there and in this table",
  );
  const lost = files.flatMap((file) =>
    file.loads
      .filter((load) => load.specifier.startsWith(".") && load.file === null)
      .map((load) => `${file.path}:${load.line} ${load.specifier}`),
  );
  t.same(lost, [], "imports that lead nowhere");
});

t.test("a room loads only what its line in the table names", async (t) => {
  const wrong = arrows().filter(({ from, to }) => {
    if (to === "base") return false;
    if (to === "contract") return from === "base";
    return !ROOMS[from]?.may.includes(to);
  });
  for (const { from, to, at } of wrong) {
    const why =
      from === "base" || from === "contract"
        ? "base knows nothing of ours, and contract only base: all rooms stand on them"
        : ROOMS[to]?.kind === "pure" && ROOMS[from]?.kind === "edge"
          ? "an edge reads and sends; a root hands it the function or the document that it needs"
          : "arrows point down: let a root join the two, or move what they share to contract";
    t.fail(`${at}: ${from} may not load ${to} (${why})`);
  }
});

t.test("arrows between rooms make no circle", async (t) => {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of arrows()) next.set(from, (next.get(from) ?? new Set()).add(to));
  t.same(circle(next), null, "two rooms that need each other are one room, or their shared part belongs to contract");
});

t.test("files load each other without a circle", async (t) => {
  const next = new Map(
    files.map((file) => [
      file.path,
      new Set(file.loads.filter((load) => !load.isLazy).flatMap((load) => load.file ?? [])),
    ]),
  );
  t.same(circle(next), null, "what two files need of each other belongs to a third");
});

t.test("pure rooms touch neither world nor clock nor chance", async (t) => {
  const pure = files.filter((file) => ROOMS[roomOf(file.path) ?? ""]?.kind === "pure");
  for (const file of pure) {
    for (const use of file.worldly) t.fail(`${file.path} uses ${use} (${WHY_PURE})`);
    for (const load of file.loads.filter(({ specifier }) => specifier.startsWith("node:"))) {
      if (!COMPUTING_MODULES.has(load.specifier))
        t.fail(`${file.path}:${load.line} loads ${load.specifier} (${WHY_PURE})`);
    }
  }
});

t.test("libraries stay in their room", async (t) => {
  for (const { file, line, library } of libraryUses(files)) {
    const known = LIBRARIES[library];
    const room = roomOf(file) ?? "";
    if (known === undefined) t.fail(`${file}:${line} loads ${library}, which has no room in this table`);
    else if (!known.rooms.includes(room)) t.fail(`${file}:${line} loads ${library} in ${room}/ (${known.why})`);
  }
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(REPOSITORY, "package.json"), "utf8"),
  );
  t.same(Object.keys(dependencies).sort(), Object.keys(LIBRARIES).sort(), "each dependency has its room, and is used");
});

t.test("the main process never loads the runtime, the decoder or a room of the engine", async (t) => {
  const roots = [...MAIN_ROOTS, ...files.map((file) => file.path).filter((path) => path.startsWith("src/daemon/"))];
  for (const [what, chain] of reachable(sources, roots)) {
    const banned = NEVER_IN_MAIN.includes(what) || ROOMS[roomOf(what) ?? ""]?.not === "in main";
    if (banned) t.fail(`${chain.join(" -> ")} (${WHY_NEVER_IN_MAIN})`);
  }
});

t.test("the engine never loads a room of the main process", async (t) => {
  for (const [what, chain] of reachable(sources, [ENGINE_ENTRY])) {
    if (ROOMS[roomOf(what) ?? ""]?.not === "in the engine") t.fail(`${chain.join(" -> ")} (${WHY_NEVER_IN_ENGINE})`);
  }
});

t.test("the binary loads a command only when it is asked for", async (t) => {
  const eager = sources.get("src/cli/main.ts")?.loads.filter((load) => !load.isLazy) ?? [];
  t.same(
    eager.filter((load) => load.file?.startsWith("src/cli/commands/")).map((load) => load.specifier),
    [],
    "`isotherm status` must not pay for what `infer` needs",
  );
});

t.test("no file is longer than a person reads in one go", async (t) => {
  const tests = [...readSources(REPOSITORY, "test").values()];
  const long = [...files, ...tests].filter((file) => file.lines > MAX_LINES);
  t.same(
    long.map((file) => `${file.path}: ${file.lines} lines`),
    [],
    "split it by what its parts are for",
  );
});

function libraryUses(of: readonly SourceFacts[]): { file: string; line: number; library: string }[] {
  return of.flatMap((file) =>
    file.loads
      .filter(({ specifier }) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
      .map((load) => ({ file: file.path, line: load.line, library: packageOf(load.specifier) })),
  );
}

/** Some circle of the graph as a text, or null. */
function circle(next: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  const done = new Set<string>();
  const walk = (at: string, way: readonly string[]): string | null => {
    if (way.includes(at)) return [...way.slice(way.indexOf(at)), at].join(" -> ");
    if (done.has(at)) return null;
    for (const to of next.get(at) ?? []) {
      const found = walk(to, [...way, at]);
      if (found !== null) return found;
    }
    done.add(at);
    return null;
  };
  for (const start of next.keys()) {
    const found = walk(start, []);
    if (found !== null) return found;
  }
  return null;
}
