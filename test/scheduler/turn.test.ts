// The scheduler by example; its laws under random use stand in laws.test.ts.

import t from "tap";
import type { Frame } from "../../src/contract/frame.js";
import {
  createSchedule,
  inputCounts,
  pipelineCounts,
  reconfigure,
  type ScheduleSettings,
  setPaused,
} from "../../src/scheduler/schedule.js";
import { COURTESY_EVERY, MAX_WAITING_BYTES, nextDueMs, offer, putBack, takeNext } from "../../src/scheduler/turn.js";

const pipeline = (name: string, inputs: string[], priority = 0) => ({ name, inputs, priority, paused: false });
const input = (key: string, maxFps: number | null = null) => ({ key, maxFps });

function frame(name: string, seq: number, payload: Uint8Array = new Uint8Array(10)): Frame {
  return { input: name, seq, receivedAt: "", receivedAtMs: 0, capturedAt: null, encoding: "jpeg", raw: null, payload };
}

function start(settings: ScheduleSettings) {
  const schedule = createSchedule(settings);
  return {
    schedule,
    offer: (name: string, seq: number, nowMs = 0, key = name) => offer(schedule, frame(name, seq), key, nowMs),
    /** "pipeline input/seq" of the turn, or null. */
    take: (nowMs = 0) => {
      const turn = takeNext(schedule, nowMs, 1);
      return turn && `${turn.pipeline} ${turn.frame.input}/${turn.frame.seq}`;
    },
  };
}

t.test("a newer frame takes the place of one that was not started, which is counted", async (t) => {
  const run = start({ inputs: [input("porch")], pipelines: [pipeline("people", ["porch"])] });
  run.offer("porch", 1);
  run.offer("porch", 2);
  run.offer("porch", 3);

  t.equal(run.take(), "people porch/3");
  t.equal(run.take(), null);
  t.same(pipelineCounts(run.schedule, "people"), { offered: 3, started: 1, dropped: 2, waiting: 0 });
  t.same(inputCounts(run.schedule, "porch"), { offered: 3, taken: 1, dropped: 2, unwanted: 0 });
});

t.test("nothing starts while the engine has no room", async (t) => {
  const run = start({ inputs: [input("porch")], pipelines: [pipeline("people", ["porch"])] });
  run.offer("porch", 1);
  t.equal(takeNext(run.schedule, 0, 0), null);
  t.equal(run.take(), "people porch/1");
});

t.test(
  "a frame that two pipelines look at counts once for its input: dropped only if neither started it",
  async (t) => {
    const run = start({
      inputs: [input("porch")],
      pipelines: [pipeline("people", ["porch"]), pipeline("cars", ["porch"])],
    });
    run.offer("porch", 1);
    t.equal(run.take(), "people porch/1");
    run.offer("porch", 2);
    run.offer("porch", 3);

    t.same(inputCounts(run.schedule, "porch"), { offered: 3, taken: 1, dropped: 1, unwanted: 0 });
    t.same(pipelineCounts(run.schedule, "cars"), { offered: 3, started: 0, dropped: 2, waiting: 1 });
  },
);

t.test("a frame that comes early waits for its time, and the newest one is released then", async (t) => {
  const run = start({ inputs: [input("porch", 5)], pipelines: [pipeline("people", ["porch"])] });
  run.offer("porch", 1, 1000);
  t.equal(run.take(1000), "people porch/1");

  const due = nextDueMs(run.schedule, 1000);
  t.equal(due, null, "nothing waits, nothing is due");
  run.offer("porch", 2, 1010);
  run.offer("porch", 3, 1050);
  t.equal(run.take(1050), null, "too early");
  t.equal(nextDueMs(run.schedule, 1050), 1100, "after a rest the first frame may follow at half the spacing");
  t.equal(run.take(1100), "people porch/3");
  run.offer("porch", 4, 1101);
  t.equal(nextDueMs(run.schedule, 1101), 1300, "from then on at the whole one");
});

t.test("the rate counts for each input that a pattern made, not for all of them together", async (t) => {
  const run = start({ inputs: [input("cams", 1)], pipelines: [pipeline("people", ["cams"])] });
  run.offer("porch", 1, 0, "cams");
  run.offer("yard", 1, 0, "cams");
  t.equal(run.take(0), "people porch/1");
  t.equal(run.take(0), "people yard/1");
});

t.test("equals take turns: the one served longest ago goes first", async (t) => {
  const run = start({
    inputs: [input("a"), input("b"), input("c")],
    pipelines: [pipeline("p", ["a", "b"]), pipeline("q", ["c"])],
  });
  const turns: (string | null)[] = [];
  for (let seq = 1; seq <= 2; seq++) {
    for (const name of ["b", "c", "a"]) run.offer(name, seq, seq);
    turns.push(run.take(), run.take(), run.take());
  }
  t.same(turns, ["p b/1", "p a/1", "q c/1", "p b/2", "p a/2", "q c/2"]);
});

t.test("a higher priority goes first, and the lower ones share every eighth turn", async (t) => {
  const run = start({
    inputs: [input("door"), input("a"), input("b")],
    pipelines: [pipeline("low", ["a"]), pipeline("alarm", ["door"], 5), pipeline("mid", ["b"], 1)],
  });
  const turns: string[] = [];
  for (let seq = 1; seq <= 4 * COURTESY_EVERY; seq++) {
    for (const name of ["door", "a", "b"]) run.offer(name, seq);
    turns.push(run.take()?.split(" ")[0] ?? "nobody");
  }
  t.equal(turns.filter((name) => name === "alarm").length, 4 * (COURTESY_EVERY - 1));
  t.same(
    turns.filter((name) => name !== "alarm"),
    ["low", "mid", "low", "mid"],
    "the lowest is not last for ever either",
  );
  t.not(turns[COURTESY_EVERY - 1], "alarm");
});

t.test("a paused pipeline lets its frame go, takes none, and starts with what comes after the pause", async (t) => {
  const run = start({ inputs: [input("porch")], pipelines: [pipeline("people", ["porch"])] });
  run.offer("porch", 1);
  setPaused(run.schedule, "people", true);
  t.notOk(run.offer("porch", 2), "nobody wants it");
  t.equal(run.take(), null);
  t.same(inputCounts(run.schedule, "porch"), { offered: 2, taken: 0, dropped: 1, unwanted: 1 });

  setPaused(run.schedule, "people", false);
  t.equal(run.take(), null, "no frame from before the pause");
  run.offer("porch", 3);
  t.equal(run.take(), "people porch/3");
});

t.test("a frame taken back is answered later, unless a newer one waits", async (t) => {
  const run = start({ inputs: [input("porch", 1)], pipelines: [pipeline("people", ["porch"])] });
  run.offer("porch", 1, 0);
  const turn = takeNext(run.schedule, 0, 1);
  if (turn === null) throw new Error("there was a frame");
  putBack(run.schedule, turn, 10);
  t.same(pipelineCounts(run.schedule, "people"), { offered: 1, started: 0, dropped: 0, waiting: 1 });
  t.equal(run.take(10), "people porch/1", "at once: it had its turn before");

  run.offer("porch", 2, 20);
  putBack(run.schedule, turn, 20);
  t.same(pipelineCounts(run.schedule, "people"), { offered: 2, started: 0, dropped: 1, waiting: 1 });
  t.equal(run.take(5000), "people porch/2");
  t.same(inputCounts(run.schedule, "porch"), { offered: 2, taken: 2, dropped: 0, unwanted: 0 });
});

t.test("a reload keeps slots, frames and counts of what stays, and lets go of the rest", async (t) => {
  const run = start({
    inputs: [input("porch"), input("yard")],
    pipelines: [pipeline("people", ["porch", "yard"]), pipeline("cars", ["porch"])],
  });
  run.offer("porch", 1);
  run.offer("yard", 1);
  reconfigure(run.schedule, {
    inputs: [input("porch", 2)],
    pipelines: [pipeline("people", ["porch"]), pipeline("birds", ["porch"])],
  });

  t.notOk(run.offer("yard", 2), "an input that is gone");
  t.equal(run.take(), "people porch/1", "the frame that waited is still there");
  t.equal(run.take(), null, "a pipeline that is new starts with the next frame");
  t.equal(run.schedule.waitingBytes, 0, "nothing of the gone ones is held");
  run.offer("porch", 2, 1000);
  t.same([run.take(1000), run.take(1000)].sort(), ["birds porch/2", "people porch/2"]);
  t.same(pipelineCounts(run.schedule, "people"), { offered: 2, started: 2, dropped: 0, waiting: 0 });
  t.same(pipelineCounts(run.schedule, "cars"), { offered: 0, started: 0, dropped: 0, waiting: 0 });
});

t.test(
  "frames that wait take a bounded amount of memory together; what does not fit is dropped and counted",
  async (t) => {
    const schedule = createSchedule({ inputs: [input("cams")], pipelines: [pipeline("people", ["cams"])] });
    const big = new Uint8Array(MAX_WAITING_BYTES / 4);
    for (let i = 0; i < 6; i++) offer(schedule, frame(`cam${i}`, 1, big), "cams", 0);
    t.equal(schedule.waitingBytes, MAX_WAITING_BYTES);
    t.equal(inputCounts(schedule, "cam4").dropped, 1);
    t.ok(offer(schedule, frame("cam0", 2, big), "cams", 0), "a newer frame takes the room of its elder");
    t.equal(takeNext(schedule, 0, 1)?.frame.input, "cam0");
    t.ok(offer(schedule, frame("cam5", 2, big), "cams", 0), "room that was given back is used");
  },
);
