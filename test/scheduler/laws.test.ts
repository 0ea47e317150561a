// What must hold whatever comes: random frames, pauses, answers and engine ends against a small model of the world.

import fc from "fast-check";
import t from "tap";
import type { Frame } from "../../src/contract/frame.js";
import { createSchedule, inputCounts, pipelineCounts, setPaused } from "../../src/scheduler/schedule.js";
import { COURTESY_EVERY, nextDueMs, offer, putBack, type Turn, takeNext } from "../../src/scheduler/turn.js";

/** As in engine/protocol.ts. */
const WINDOW = 2;
const INPUTS = ["a", "b", "c"] as const;

function frame(input: string, seq: number, bytes: number): Frame {
  const payload = new Uint8Array(bytes);
  return { input, seq, receivedAt: "", receivedAtMs: 0, capturedAt: null, encoding: "jpeg", raw: null, payload };
}

const settings = fc.record({
  inputs: fc.tuple(
    ...INPUTS.map((key) => fc.record({ key: fc.constant(key), maxFps: fc.constantFrom(null, 1, 5, 30) })),
  ),
  pipelines: fc.array(
    fc.record({
      inputs: fc.subarray([...INPUTS], { minLength: 1 }),
      priority: fc.integer({ min: 0, max: 2 }),
      paused: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("offer" as const), input: fc.constantFrom(...INPUTS) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("pump" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("answer" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pause" as const), pipeline: fc.nat(3), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("engine-ends" as const) }) },
);

t.test("the window is never over-full, the newest frame wins, the rate is kept and the counts add up", async () => {
  fc.assert(
    fc.property(settings, fc.array(action, { maxLength: 120 }), ({ inputs, pipelines }, actions) => {
      const named = pipelines.map((pipeline, i) => ({ ...pipeline, name: `p${i}` }));
      const schedule = createSchedule({ inputs, pipelines: named });
      const newest = new Map<string, number>();
      const starts = new Map<string, number[]>();
      let inEngine: Turn[] = [];
      let nowMs = 0;
      let bytes = 1;

      const check = (holds: boolean, law: string) => {
        if (!holds) throw new Error(law);
      };
      const pump = () => {
        for (;;) {
          const turn = takeNext(schedule, nowMs, WINDOW - inEngine.length);
          if (turn === null) break;
          inEngine.push(turn);
          const { input, seq } = turn.frame;
          check(seq === newest.get(input), `the newest frame of ${input} wins`);
          const key = `${turn.pipeline} ${input}`;
          starts.set(key, [...(starts.get(key) ?? []), nowMs]);
        }
        check(inEngine.length <= WINDOW, "the window is never over-full");
        const due = nextDueMs(schedule, nowMs);
        check(due === null || due > nowMs, "what is due later lies ahead");
      };

      for (const step of actions) {
        if (step.do === "offer") {
          newest.set(step.input, (newest.get(step.input) ?? 0) + 1);
          bytes += 1;
          offer(schedule, frame(step.input, newest.get(step.input) ?? 0, bytes), step.input, nowMs);
        } else if (step.do === "pump") pump();
        else if (step.do === "answer") inEngine.shift();
        else if (step.do === "wait") nowMs += step.ms;
        else if (step.do === "pause") setPaused(schedule, `p${step.pipeline}`, step.on);
        else {
          // The head of the line was lost with the engine; those behind it are taken back.
          for (const turn of inEngine.slice(1)) {
            putBack(schedule, turn, nowMs);
            starts.get(`${turn.pipeline} ${turn.frame.input}`)?.pop();
          }
          inEngine = [];
        }

        let waitingBytes = 0;
        const held = new Set<Frame>();
        const untaken = new Map<string, number>();
        for (const { name } of named) {
          const sum = pipelineCounts(schedule, name);
          check(sum.offered === sum.started + sum.dropped + sum.waiting, `the counts of ${name} add up`);
          for (const slot of schedule.pipelines.get(name)?.slots.values() ?? []) {
            if (slot.waiting === null || held.has(slot.waiting.frame)) continue;
            held.add(slot.waiting.frame);
            waitingBytes += slot.waiting.frame.payload.byteLength;
            if (!slot.waiting.isTaken) {
              untaken.set(slot.waiting.frame.input, (untaken.get(slot.waiting.frame.input) ?? 0) + 1);
            }
          }
        }
        for (const input of INPUTS) {
          const sum = inputCounts(schedule, input);
          const waiting = untaken.get(input) ?? 0;
          check(sum.offered === sum.taken + sum.dropped + sum.unwanted + waiting, `the counts of ${input} add up`);
        }
        // A frame taken back may be held a second time, as its own entry; so at least what the slots show, and nothing when all are empty.
        check(schedule.waitingBytes >= waitingBytes, "bytes that wait are counted");
        check(held.size > 0 || schedule.waitingBytes === 0, "bytes that left are not");
      }

      for (const [key, times] of starts) {
        const maxFps = inputs.find((input) => key.endsWith(` ${input.key}`))?.maxFps ?? null;
        if (maxFps === null || actions.some((step) => step.do === "engine-ends")) continue;
        for (let i = 0; i + 2 < times.length; i++) {
          const span = (times[i + 2] ?? 0) - (times[i] ?? 0);
          check(span > 1000 / maxFps - 1e-6, `${key}: three starts within one spacing`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

t.test("the same calls give the same turns", async () => {
  fc.assert(
    fc.property(settings, fc.array(fc.constantFrom(...INPUTS), { maxLength: 60 }), ({ inputs, pipelines }, offers) => {
      const run = () => {
        const named = pipelines.map((pipeline, i) => ({ ...pipeline, name: `p${i}` }));
        const schedule = createSchedule({ inputs, pipelines: named });
        return offers.map((input, i) => {
          offer(schedule, frame(input, i + 1, 1), input, i * 7);
          const turn = i % 2 === 0 ? takeNext(schedule, i * 7, 1) : null;
          return turn && `${turn.pipeline} ${turn.frame.seq}`;
        });
      };
      const [once, again] = [run(), run()];
      return JSON.stringify(once) === JSON.stringify(again);
    }),
  );
});

t.test("whatever the priorities, a slot that always has a frame is served within eight turns per slot", async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 8 }), (priorities) => {
      const pipelines = priorities.map((priority, i) => ({ name: `p${i}`, inputs: ["a"], priority, paused: false }));
      const schedule = createSchedule({ inputs: [{ key: "a", maxFps: null }], pipelines });
      const servedAt = new Map(pipelines.map(({ name }) => [name, 0]));
      for (let turn = 1; turn <= 400; turn++) {
        offer(schedule, frame("a", turn, 1), "a", turn);
        servedAt.set(takeNext(schedule, turn, 1)?.pipeline ?? "", turn);
        for (const [name, at] of servedAt) {
          if (turn - at > COURTESY_EVERY * pipelines.length) throw new Error(`${name} waits since turn ${at}`);
        }
      }
    }),
  );
});

t.test("a rate is reached when more is offered, though every timer is late", async () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0.5, 1, 5, 7, 15, 30),
      fc.double({ min: 1.05, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 0.45, noNaN: true }),
      (maxFps, surplus, lateRatio) => {
        const pipelines = [{ name: "p", inputs: ["a"], priority: 0, paused: false }];
        const schedule = createSchedule({ inputs: [{ key: "a", maxFps }], pipelines });
        const spacing = 1000 / maxFps;
        const periodMs = spacing / surplus;
        const endMs = 200 * spacing;
        let started = 0;
        let next = 0;
        for (let seq = 1; next < endMs; seq++) {
          offer(schedule, frame("a", seq, 1), "a", next);
          const wakeMs = Math.max(next, (nextDueMs(schedule, next) ?? next) + lateRatio * spacing);
          const arrivesMs = next + periodMs;
          if (takeNext(schedule, next, 1) !== null) started += 1;
          else if (wakeMs < arrivesMs && takeNext(schedule, wakeMs, 1) !== null) started += 1;
          next = arrivesMs;
        }
        // 200 spacings: the grid's 200 starts, give or take the first and the last.
        return started >= 198 && started <= 202;
      },
    ),
  );
});
