import t from "tap";
import { fail, ok, type Result } from "../../src/base/result.js";
import { Manifest } from "../../src/contract/manifest.js";
import { type CommandParts, carryOut } from "../../src/daemon/carry-out.js";
import { OneAtATime } from "../../src/daemon/one-at-a-time.js";
import { Pipelines } from "../../src/daemon/pipelines.js";
import { facts, frame, plan, spec } from "./parts.js";

const [steep, flat] = [spec("steep"), spec("flat")];
const trouble = { code: "engine-not-replaced", where: "engine", what: "it ended while loading", remedy: "look" };

/** Commands against real pipelines; an engine that holds `steep` and loads what is wanted when the test lets it. */
function room(load: (pipelines: Pipelines) => Promise<Result<void>>) {
  const pipelines = new Pipelines([plan("light", [steep, flat])], new Map());
  pipelines.sawFacts(facts([steep]));
  const changes = new OneAtATime();
  const written: string[] = [];
  const parts: CommandParts = {
    pipeline: (name) => pipelines.get(name),
    choose: async (name, choice) => {
      written.push(JSON.stringify(choice));
      pipelines.choose(name, choice);
    },
    inTurn: (act) => changes.run(act),
    loadWanted: () => load(pipelines),
    reload: async () => fail(trouble),
    newestFrame: (input) => (input === "cam" ? frame("cam", 3) : null),
    picture: async () => Buffer.from("jpeg"),
  };
  const pin = (variant: string | null) => carryOut({ kind: "variant", pipeline: "light", variant }, parts);
  return { pipelines, parts, written, pin, light: () => pipelines.get("light") };
}

const loadsAll = async (pipelines: Pipelines): Promise<Result<void>> => {
  pipelines.sawFacts(facts([flat, steep]));
  return ok(undefined);
};

t.test("a resident variant is pinned at once, without a load", async (t) => {
  const { pin, light } = room(async () => t.fail("nothing to load") as never);
  t.same(await pin("steep"), ok({ variant: "steep", pinned: true }));
  t.same(await pin(null), ok({ variant: "steep", pinned: false }));
  t.equal(light()?.operator.variant, null);
});

t.test("a pin that comes while the first engine still loads is kept for it, and loads nothing anew", async (t) => {
  const { parts } = room(async () => t.fail("the engine is loading already") as never);
  const starting = new Pipelines([plan("dark", [steep, flat])], new Map());
  const command = { kind: "variant", pipeline: "dark", variant: "flat" } as const;
  const answer = await carryOut(command, {
    ...parts,
    pipeline: (name) => starting.get(name),
    choose: async (name, choice) => void starting.choose(name, choice),
  });
  t.same(answer, ok({ variant: null, pinned: true }));
  starting.sawFacts(facts([steep, flat]));
  t.equal(starting.get("dark")?.variant?.variant, "flat");
});

t.test("another one is loaded first, and the present one runs until then", async (t) => {
  let finish = () => {};
  const loading = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { pin, light } = room(async (pipelines) => {
    await loading;
    return loadsAll(pipelines);
  });
  const answer = pin("flat");
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(light()?.variant?.variant, "steep");
  t.match(light()?.document(0, 0).reason, /flat is being loaded; steep stands in/);
  finish();
  t.same(await answer, ok({ variant: "flat", pinned: true }));
});

t.test("a pin that can't be loaded is taken back, and the answer says why", async (t) => {
  const digest = {
    code: "model-digest-mismatch",
    where: "model.yaml:3",
    what: "another digest",
    remedy: "copy it again",
  };
  const broken = room(async (pipelines) => {
    pipelines.sawFacts(facts([steep], new Map([[flat.key, digest]])));
    return ok(undefined);
  });
  t.match(await broken.pin("flat"), { ok: false, trouble: digest });
  t.equal(broken.light()?.operator.variant, null);
  t.same(broken.written, ['{"variant":"flat"}', '{"variant":null}']);

  const dead = room(async () => fail(trouble));
  t.match(await dead.pin("flat"), { ok: false, trouble });
  t.equal(dead.light()?.variant?.variant, "steep");
});

t.test("a pin that fails does not undo one that came while it was being loaded", async (t) => {
  const { pin, light } = room(async () => {
    await pin("steep");
    return fail(trouble);
  });
  t.match(await pin("flat"), { ok: false, trouble: { code: "overtaken" } });
  t.equal(light()?.operator.variant, "steep");
});

t.test("handing back asks for the best again, and holds also where that can't be loaded", async (t) => {
  const { pin, pipelines, light } = room(async () => fail(trouble));
  pipelines.sawFacts(facts([flat]));
  await pin("flat");
  t.same(await pin(null), ok({ variant: "flat", pinned: false }));
  t.equal(light()?.operator.variant, null);
});

t.test("switches and thresholds are chosen and answered as they stand", async (t) => {
  const { parts, light } = room(loadsAll);
  const off = await carryOut({ kind: "enabled", pipeline: "light", enabled: false }, parts);
  t.same(off, ok({ enabled: false }));
  t.equal(light()?.variant, null, "nothing runs");
  const threshold = await carryOut({ kind: "min-score", pipeline: "light", minScore: 0.6 }, parts);
  t.same(threshold, ok({ min_score: 0.6 }));
});

t.test("a threshold for answers without a score is refused", async (t) => {
  const { parts, written, pipelines } = room(loadsAll);
  const manifest = Manifest.parse({
    isotherm: "model/1",
    name: "gauge",
    version: "1.0.0",
    license: "MIT",
    task: "regression",
    input: { kind: "image" },
    output: { decoder: "scalar" },
    variants: [{ name: "only", file: "a.onnx", sha256: "0".repeat(64), input_size: [8, 8], precision: "fp32" }],
  });
  pipelines.replan([{ ...plan("light", [steep]), manifest }]);
  const refused = await carryOut({ kind: "min-score", pipeline: "light", minScore: 0.6 }, parts);
  t.match(refused, { ok: false, trouble: { code: "no-score", what: /scalar/ } });
  t.same(written, []);
  t.ok((await carryOut({ kind: "min-score", pipeline: "light", minScore: null }, parts)).ok, "auto always works");
});

t.test("what can't be done changes nothing and says why", async (t) => {
  const { parts, written } = room(loadsAll);
  const gone = await carryOut({ kind: "enabled", pipeline: "dark", enabled: true }, parts);
  t.match(gone, { ok: false, trouble: { code: "unknown-pipeline" } });
  t.match(await carryOut({ kind: "variant", pipeline: "dark", variant: null }, parts), {
    trouble: { code: "unknown-pipeline" },
  });
  t.match(await carryOut({ kind: "reload", id: null }, parts), { ok: false, trouble });
  t.match(await carryOut({ kind: "snapshot", id: null, input: "yard" }, parts), { trouble: { code: "no-frame" } });
  t.same(written, []);
  const seen = await carryOut({ kind: "snapshot", id: null, input: "cam" }, parts);
  t.match(seen, { ok: true, value: { input: "cam", seq: 3, image: Buffer.from("jpeg").toString("base64") } });
});
