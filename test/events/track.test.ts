// What hubs are told from answers that flicker: hysteresis, zones, classes, values; and that memory stays bounded.

import fc from "fast-check";
import t from "tap";
import { type Answer, ResultDocument } from "../../src/contract/result.js";
import { EventDocument, HubStateDocument } from "../../src/contract/states.js";
import {
  emptyTrackMemory,
  MAX_PRESENCES,
  type TrackMemory,
  type TrackSettings,
  track,
} from "../../src/events/track.js";
import { isInside } from "../../src/events/zones.js";

const SETTINGS: TrackSettings = { zones: null, labels: ["person"], minScore: 0.5, value: null };

function result(answer: Answer): ResultDocument {
  return ResultDocument.parse({
    schema: "isotherm.result/1",
    node: "workshop",
    input: "porch",
    pipeline: "people",
    seq: 1,
    frame: { received_at: "2026-01-02T03:04:05.678Z", captured_at: null, width: 640, height: 480, bytes: 1 },
    model: { name: "m", version: "1.0.0", variant: "v", provider: "cpu", degraded: null },
    timing_ms: { queue: 0, decode: 0, preprocess: 0, inference: 0, postprocess: 0, total: 0 },
    ...answer,
  });
}

/** Detections by label and score; a box in the middle. */
function seen(...found: readonly (readonly [label: string, score: number, x?: number])[]): Answer {
  const detections = found.map(([label, score, x]) => ({
    label,
    class_id: 0,
    score,
    box: { x: (x ?? 0.5) - 0.05, y: 0.4, w: 0.1, h: 0.2 },
  }));
  return { detections, counts: {} };
}

const top = (label: string, score: number): Answer => ({ classes: [{ label, class_id: 0, score }] });
const gauge = (value: number): Answer => ({ values: [{ name: "Boiler pressure", value, unit: "bar" }] });

/** Feeds answers, one every `everyMs`, and gives what came of each. */
function run(settings: TrackSettings, answers: readonly Answer[], everyMs = 1000) {
  let memory: TrackMemory = emptyTrackMemory();
  let ids = 0;
  return answers.map((answer, i) => {
    const step = track(memory, result(answer), settings, i * everyMs, () => String(ids++));
    memory = step.memory;
    return step;
  });
}

const named = (steps: ReturnType<typeof run>) =>
  steps.map(({ events }) =>
    events.map((event) => `${event.event_type} ${event.label}${event.zone ? ` @${event.zone}` : ""}`),
  );

t.test("something weak appears after two answers in a row, something sure at once", async (t) => {
  const weak = run(SETTINGS, [seen(["person", 0.6]), seen(), seen(["person", 0.6]), seen(["person", 0.55])]);
  t.same(named(weak), [[], [], [], ["appeared person"]]);
  t.same(
    weak.map(({ state }) => state.present),
    [{ person: "OFF" }, { person: "OFF" }, { person: "OFF" }, { person: "ON" }],
  );
  t.same(named(run(SETTINGS, [seen(["person", 0.76])])), [["appeared person"]], "halfway from 0.5 to 1 is sure");
});

t.test("it leaves after three answers and 1.5 s without it; one miss is no absence", async (t) => {
  const here = seen(["person", 0.9]);
  t.same(named(run(SETTINGS, [here, seen(), here, seen(), seen(), here])).flat(), ["appeared person"]);
  t.same(named(run(SETTINGS, [here, seen(), seen(), seen()])), [["appeared person"], [], [], ["left person"]]);
  const fast = run(SETTINGS, [here, ...Array.from({ length: 60 }, () => seen())], 1000 / 30);
  const left = fast.findIndex(({ events }) => events[0]?.event_type === "left");
  t.equal(left, 45, "at 30 answers a second, three are a tenth of a second: the time counts");
  t.same(named(run(SETTINGS, [here, seen()], 60_000)).flat(), ["appeared person", "left person"], "a frame a minute");
});

t.test(
  "counts move only as far as two answers agree, stay while a person flickers, and stay with 0 afterwards",
  async (t) => {
    const p = ["person", 0.9] as const;
    const steps = run(SETTINGS, [seen(p), seen(p, p, p), seen(p, p), seen(), seen(p, p), seen(), seen(), seen()]);
    t.same(
      steps.map(({ state }) => state.counts?.person),
      [1, 1, 2, 2, 2, 2, 2, 0],
    );
    t.same(
      steps.map(({ changed }) => changed),
      [true, false, true, false, false, false, false, true],
    );
    t.same(steps.at(-1)?.state.present, { person: "OFF" });
  },
);

t.test("a label that is not configured joins when it is believed; a flicker leaves no trace", async (t) => {
  const steps = run(SETTINGS, [seen(["cat", 0.55]), seen(), seen(["dog", 0.9])]);
  t.same(steps[0]?.state.counts, { person: 0 });
  t.same(steps[2]?.state.counts, { person: 0, dog: 1 });
  t.equal(steps[2]?.memory.presences.size, 2);
});

t.test("who steps into a zone appears there too, by the middle of the lower edge", async (t) => {
  // The box is 0.4 to 0.6 high: its middle lies outside of the zone, its foot inside.
  const zones = {
    step: [
      [0.4, 0.55],
      [0.6, 0.55],
      [0.6, 0.7],
      [0.4, 0.7],
    ] as const,
  };
  const inside = seen(["person", 0.9, 0.5]);
  const beside = seen(["person", 0.9, 0.8]);
  const steps = run({ ...SETTINGS, zones }, [beside, inside, beside, beside, beside]);
  t.same(named(steps), [["appeared person"], ["appeared person @step"], [], [], ["left person @step"]]);
  t.match(steps[1]?.answer, { detections: [{ zones: ["step"] }] });
  t.match(steps[0]?.answer, { detections: [{ zones: [] }] });
  t.same(steps[4]?.state.counts, { person: 1 }, "zones are not in the counts");
});

t.test("a point on a zone's border is inside, one beside it not", async (t) => {
  const square = [
    [0.1, 0.1],
    [0.5, 0.1],
    [0.5, 1],
    [0.1, 1],
  ] as const;
  t.ok(isInside(0.1, 0.5, square));
  t.ok(isInside(0.3, 1, square), "feet stand on the picture's edge");
  t.ok(isInside(0.5, 0.1, square));
  t.notOk(isInside(0.09, 0.5, square));
  const notch = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0.5, 0.5],
    [0, 1],
  ] as const;
  t.notOk(isInside(0.5, 0.8, notch));
  t.ok(isInside(0.2, 0.7, notch));
});

t.test("a class changes when the new one wins twice in a row", async (t) => {
  const paper = top("paper", 0.8);
  const glass = top("glass", 0.7);
  const steps = run(SETTINGS, [paper, glass, paper, glass, glass, { classes: [] }, { classes: [] }]);
  t.same(named(steps), [["appeared paper"], [], [], [], ["changed glass"], [], ["left glass"]]);
  t.equal(steps[4]?.events[0]?.before, "paper");
  t.same(
    steps.map(({ state }) => state.class),
    ["paper", "paper", "paper", "paper", "glass", "glass", null],
  );
});

t.test("a value is rounded to a thousandth of its scale and told when it moved by half a hundredth", async (t) => {
  const value = { name: "Boiler pressure", unit: "bar", min: 0, max: 4 };
  const steps = run({ ...SETTINGS, value }, [1.40012, 1.409, 1.419, 1.4205, 1.43].map(gauge));
  t.same(
    steps.map(({ state }) => state.values?.["Boiler pressure"]),
    [1.4, 1.409, 1.419, 1.421, 1.43],
  );
  t.same(
    steps.map(({ changed }) => changed),
    [true, false, false, true, false],
  );
  const open = run(SETTINGS, [1000.123456, 1005, 1011].map(gauge));
  t.same(
    open.map(({ changed }) => changed),
    [true, false, true],
    "without a scale: a hundredth of the value",
  );
  t.same(run(SETTINGS, [gauge(1), { values: [{ name: "x", value: 1, unit: null }] }])[1]?.state.values, { x: 1 });
});

t.test(
  "whatever is seen: valid documents, present exactly where counted, every event a turn, bounded memory",
  async () => {
    const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const label = fc.oneof(fc.constantFrom("person", "cat", "__proto__", "constructor"), fc.string({ maxLength: 4 }));
    const detection = fc.record({
      label,
      class_id: fc.nat(9),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      box: fc.record({ x: between(-1, 2), y: between(-1, 2), w: between(0, 1), h: between(0, 1) }),
    });
    const zones = {
      a: [
        [0, 0],
        [1, 0],
        [1, 1],
      ] as const,
      b: [
        [0, 0],
        [0, 1],
        [1, 1],
      ] as const,
    };
    const answers = fc.array(fc.tuple(fc.array(detection, { maxLength: 12 }), fc.integer({ min: 1, max: 40_000 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(answers, (answers) => {
        let memory = emptyTrackMemory();
        let atMs = 0;
        let ids = 0;
        const here = new Map<string, boolean>();
        for (const [detections, afterMs] of answers) {
          atMs += afterMs;
          const document = { ...result({ detections: [], counts: {} }), detections };
          const step = track(memory, document, { ...SETTINGS, zones }, atMs, () => String(ids++));
          memory = step.memory;
          const state = HubStateDocument.parse(JSON.parse(JSON.stringify(step.state)));
          for (const event of step.events) {
            EventDocument.parse(event);
            const key = JSON.stringify([event.label, event.zone]);
            const appears = event.event_type === "appeared";
            if ((here.get(key) ?? false) === appears) throw new Error(`${key} ${event.event_type} twice`);
            here.set(key, appears);
          }
          for (const [name, presence] of Object.entries(state.present ?? {})) {
            if ((presence === "ON") !== (state.counts?.[name] ?? 0) > 0) throw new Error(`${name} is present by half`);
          }
          if (memory.presences.size > MAX_PRESENCES) throw new Error("memory is bounded");
        }
      }),
      { numRuns: 300 },
    );
  },
);

t.test("a thousand labels are forgotten again, the configured one is not", async (t) => {
  const crowd = Array.from({ length: 100 }, (_, i) =>
    seen(...Array.from({ length: 10 }, (_, j) => [`l${i}-${j}`, 0.95] as const)),
  );
  const last = run(SETTINGS, crowd).at(-1);
  t.ok((last?.memory.presences.size ?? 0) <= MAX_PRESENCES);
  t.equal(last?.state.counts?.person, 0);
});
