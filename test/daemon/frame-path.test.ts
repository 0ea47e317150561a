import t from "tap";
import type { Frame } from "../../src/contract/frame.js";
import { FramePath } from "../../src/daemon/frame-path.js";
import { Pipelines } from "../../src/daemon/pipelines.js";
import { isAlive } from "../../src/daemon/watchdog.js";
import type { Work } from "../../src/engine/host/supervisor.js";
import { facts, frame, loadedConfig, plan, StandingClock, spec } from "./parts.js";

const steep = spec("steep");

/** A frame path with an engine that takes frames and answers none. */
function path(room = 2, sections: Readonly<Record<string, unknown>> = {}) {
  const clock = new StandingClock();
  const pipelines = new Pipelines([plan("light", [steep])], new Map());
  const engine = {
    free: room,
    bars: (_frame: Frame) => false,
    took: [] as Work[],
    answer(work: Work) {
      this.free -= 1;
      this.took.push(work);
    },
    isBarred(one: Frame): boolean {
      return this.bars(one);
    },
  };
  const barred: Frame[] = [];
  const { config } = loadedConfig({
    inputs: { cam: { mqtt: { topic: "cam" } }, other: { mqtt: { topic: "other" } } },
    ...sections,
  });
  const framePath = new FramePath(pipelines.scheduleSettings(config), {
    clock,
    pipelines,
    engine,
    onBarred: (one) => barred.push(one),
  });
  t.teardown(() => framePath.close());
  const ready = () => {
    pipelines.sawFacts(facts([steep]));
    framePath.applyPauses();
  };
  const seqs = () => engine.took.map((work) => work.frame.seq);
  return { clock, pipelines, engine, framePath, barred, ready, seqs };
}

t.test(
  "frames that come before a variant runs are let go; then each goes in while there is room, the newest first",
  async (t) => {
    const { framePath, engine, ready, seqs } = path();
    framePath.take(frame("cam", 1), "cam");
    t.same(seqs(), [], "nothing is loaded yet");
    ready();
    t.same(seqs(), [], "what was seen before does not count");
    for (const seq of [2, 3, 4, 5]) framePath.take(frame("cam", seq), "cam");
    t.same(seqs(), [2, 3], "the engine has room for two");
    engine.free = 1;
    framePath.settled();
    framePath.pump();
    t.same(seqs(), [2, 3, 5], "latest wins");
    t.equal(framePath.droppedOfInput("cam"), 1);
    t.equal(framePath.droppedOfPipeline("light"), 1);
  },
);

t.test("frames in an engine that went go in again, once, and the guilty one does not", async (t) => {
  const { framePath, engine, ready, seqs } = path();
  ready();
  framePath.take(frame("cam", 1), "cam");
  framePath.take(frame("other", 1), "other");
  framePath.take(frame("cam", 2), "cam");
  const [first, second] = engine.took;
  if (first === undefined || second === undefined) throw new Error("two frames are in the engine");
  engine.free = 0;
  const guilty = framePath.engineLost({ work: first, verdict: "barred" }, [second]);
  t.equal(guilty, first);
  t.equal(framePath.progress.waiting, 1, "one waits again");
  engine.free = 2;
  framePath.pump();
  t.same(seqs(), [1, 2, 2]);
  t.equal(framePath.progress.waiting, 1, "and is the only one in there");
});

t.test("frames that a drained engine gives back wake its idle successor by themselves", async (t) => {
  const { framePath, engine, ready, seqs } = path();
  ready();
  framePath.take(frame("cam", 1), "cam");
  const [work] = engine.took;
  if (work === undefined) throw new Error("it is in the engine");
  engine.free = 2;
  t.equal(framePath.engineLost({ work, verdict: "innocent" }, []), null);
  t.same(seqs(), [1, 1]);
});

t.test("a frame that killed an engine before is refused and takes no place", async (t) => {
  const { framePath, engine, ready, barred } = path();
  ready();
  engine.bars = ({ seq }) => seq === 1;
  framePath.take(frame("cam", 1), "cam");
  framePath.take(frame("cam", 2), "cam");
  t.same(
    barred.map(({ seq }) => seq),
    [1],
  );
  t.equal(engine.took.length, 1);
});

t.test("the watchdog's patience runs while a frame waits and nothing moves, and only then", async (t) => {
  const { framePath, engine, ready, clock } = path(1);
  ready();
  const isWell = () => isAlive(framePath.progress, clock.nowMs, 30_000);
  clock.nowMs = 1_000_000;
  t.ok(isWell(), "idle for long");
  framePath.take(frame("cam", 1), "cam");
  clock.nowMs += 30_000;
  t.ok(isWell());
  clock.nowMs += 1;
  t.notOk(isWell(), "it sits in the engine");
  framePath.sawProgress();
  t.ok(isWell(), "an engine that loads is progress");
  clock.nowMs += 20_000;
  framePath.settled();
  engine.free = 1;
  clock.nowMs += 1_000_000;
  t.ok(isWell(), "answered");
  framePath.take(frame("cam", 2), "cam");
  t.ok(isWell(), "the wait begins with the frame, not with the last answer");
});

t.test("a rate that holds a frame back starts it by itself when its time has come", async (t) => {
  const sections = { inputs: { cam: { mqtt: { topic: "cam" }, max_fps: 20 } } };
  const { framePath, engine, ready, clock, seqs } = path(2, sections);
  ready();
  framePath.take(frame("cam", 1), "cam");
  framePath.take(frame("cam", 2), "cam");
  t.same(seqs(), [1]);
  t.equal(framePath.progress.waiting, 1, "who waits for the rate waits for nobody's work");
  clock.nowMs = 50;
  await new Promise<void>((resolve) => {
    const answer = engine.answer.bind(engine);
    engine.answer = (work) => {
      answer(work);
      resolve();
    };
  });
  t.same(seqs(), [1, 2]);
});

t.test("a pipeline that is switched off lets its waiting frame go, and a closed path takes none", async (t) => {
  const { framePath, engine, pipelines, ready } = path(0);
  ready();
  framePath.take(frame("cam", 1), "cam");
  t.equal(framePath.progress.waiting, 1);
  pipelines.choose("light", { enabled: false });
  framePath.applyPauses();
  t.equal(framePath.progress.waiting, 0);
  pipelines.choose("light", { enabled: true });
  framePath.applyPauses();
  engine.free = 2;
  framePath.close();
  framePath.take(frame("cam", 2), "cam");
  t.same(engine.took, []);
});
