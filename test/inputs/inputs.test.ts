// What inputs make of messages: frames, names, counters, states. The clock is the test's own.

import t from "tap";
import type { Trouble } from "../../src/base/trouble.js";
import type { Frame } from "../../src/contract/frame.js";
import { InputStatusDocument } from "../../src/contract/states.js";
import { type InputSettings, Inputs } from "../../src/inputs/inputs.js";

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1]);
const BROKEN: Trouble = { code: "bad-picture", where: "engine", what: "cut short", remedy: "send it whole" };

function input(key: string, topic: string, more: Partial<InputSettings> = {}): InputSettings {
  return { key, topic, encoding: "auto", raw: null, staleAfterMs: 30_000, maxBytes: 1000, ...more };
}

function setUp(...settings: InputSettings[]) {
  const frames: { frame: Frame; key: string }[] = [];
  const made: string[] = [];
  const bad: string[] = [];
  const time = { ms: 5000 };
  const inputs = new Inputs(settings, {
    clock: { monotonicMs: () => time.ms, isoNow: () => `at ${time.ms}` },
    onFrame: (frame, key) => frames.push({ frame, key }),
    onNewInput: (name, key) => made.push(`${key}:${name}`),
    onBad: (name, trouble) => bad.push(`${name}:${trouble.code}`),
  });
  const receive = (topic: string, payload: Uint8Array = JPEG) =>
    inputs.receive({ topic, payload, retained: false, responseTopic: null, correlationData: null, userProperties: {} });
  return { inputs, frames, made, bad, time, receive };
}

t.test("a topic goes to every input that has it, and to no other", async (t) => {
  const { inputs, frames, receive } = setUp(input("a", "cameras/a"), input("b", "cameras/a"), input("c", "cameras/+"));
  t.same(inputs.topics, ["cameras/a", "cameras/+"], "each once");
  t.same(inputs.names, ["a", "b"], "fixed ones are there before their first frame");
  t.ok(receive("cameras/a"));
  t.same(
    frames.map(({ frame, key }) => `${key}:${frame.input}`),
    ["a:a", "b:b", "c:c_a"],
  );
  t.notOk(receive("cameras/a/b"));
  t.notOk(receive("isotherm/workshop/status"));
  t.match(frames[0]?.frame, { seq: 1, receivedAt: "at 5000", receivedAtMs: 5000, encoding: "jpeg", payload: JPEG });
});

t.test("a plus makes one input per match, up to a bound, and the rest are counted", async (t) => {
  const { inputs, made, bad, receive } = setUp(input("cam", "c/+/jpeg"), input("cam_2", "other"));
  for (let index = 0; index < 70; index++) receive(`c/${index}/jpeg`);
  receive("c/0/jpeg");
  t.equal(made.length, 64);
  t.equal(made[0], "cam:cam_0");
  t.match(made[2], /^cam:cam_2-[0-9a-f]{4}$/, "a configured name is not given away");
  t.equal(inputs.names.length, 65);
  t.equal(inputs.overflow, 6);
  t.same(new Set(bad), new Set(["cam:too-many-inputs"]));
  t.equal(inputs.status("cam_0", 0).received, 2);
});

t.test("the state follows what came: waiting, live, error, stale", async (t) => {
  const { inputs, bad, time, receive } = setUp(input("porch", "t"));
  const state = () => inputs.status("porch", 3).state;
  t.equal(state(), "waiting");
  receive("t");
  t.equal(state(), "live");
  receive("t", Buffer.from("text"));
  receive("t", Buffer.alloc(0));
  receive("t", Buffer.alloc(2000));
  t.equal(state(), "error");
  t.same(bad, ["porch:frame-not-a-picture", "porch:frame-empty", "porch:frame-too-large"]);
  receive("t");
  t.equal(state(), "live");
  time.ms += 30_001;
  t.equal(state(), "stale");
  const document = inputs.status("porch", 3);
  t.ok(InputStatusDocument.safeParse(document).success);
  t.match(document, {
    received: 5,
    dropped: 3,
    bad: 3,
    last_frame_at: "at 5000",
    last_error: { code: "frame-too-large" },
  });
  t.same(document.bad_by_reason, { "frame-not-a-picture": 1, "frame-empty": 1, "frame-too-large": 1 });
});

t.test("an input whose pictures the engine refuses one by one stays in error between them", async (t) => {
  const { inputs, receive } = setUp(input("porch", "t"));
  const state = () => inputs.status("porch", 0).state;
  for (let round = 0; round < 3; round++) {
    receive("t");
    if (round > 0) t.equal(state(), "error", "the next one has yet to be looked at");
    inputs.refuse("porch", BROKEN);
    t.equal(state(), "error");
  }
  receive("t");
  receive("t");
  t.equal(state(), "live", "a frame passed without a refusal");
  inputs.refuse("porch", BROKEN);
  inputs.answered("porch");
  t.equal(state(), "live", "an answer ends it at once");
  t.same(inputs.status("porch", 0).bad_by_reason, { "bad-picture": 4 });
});

t.test("reasons are bounded", async (t) => {
  const { inputs } = setUp(input("porch", "t"));
  for (let index = 0; index < 100; index++) inputs.refuse("porch", { ...BROKEN, code: `reason-${index}` });
  const reasons = inputs.status("porch", 0).bad_by_reason;
  t.equal(Object.keys(reasons).length, 25);
  t.equal(reasons.other, 76);
});

t.test("the rate is over the last ten seconds", async (t) => {
  const { inputs, time, receive } = setUp(input("porch", "t"));
  for (let index = 0; index < 50; index++) {
    time.ms += 100;
    receive("t");
  }
  t.equal(inputs.status("porch", 0).fps, 5, "50 frames in the last 10 s");
  time.ms += 7000;
  t.ok(inputs.status("porch", 0).fps < 5 && inputs.status("porch", 0).fps > 0);
  time.ms += 3_600_000;
  t.equal(inputs.status("porch", 0).fps, 0);
});

t.test("a small payload does not keep the whole buffer that it was cut from", async (t) => {
  const { frames, receive } = setUp(input("porch", "t", { maxBytes: 100_000 }));
  const chunk = Buffer.alloc(64 * 1024);
  JPEG.copy(chunk, 100);
  receive("t", chunk.subarray(100, 105));
  t.equal(frames[0]?.frame.payload.buffer.byteLength, 5);
  JPEG.copy(chunk, 0);
  receive("t", chunk.subarray(0, 60_000));
  t.equal(frames[1]?.frame.payload.buffer, chunk.buffer, "one that fills it is not copied");
});

t.test("the newest frames kept for snapshots are bounded together", async (t) => {
  const many = Array.from({ length: 10 }, (_, index) => input(`i${index}`, `t/${index}`, { maxBytes: 2 ** 24 }));
  const { inputs, receive } = setUp(...many);
  const large = Buffer.alloc(10 * 1024 * 1024);
  JPEG.copy(large);
  for (let index = 0; index < 10; index++) receive(`t/${index}`, large);
  const kept = many.filter(({ key }) => inputs.newestFrame(key) !== null).map(({ key }) => key);
  t.same(kept, ["i4", "i5", "i6", "i7", "i8", "i9"], "six of ten MiB each fit into 64 MiB; the newest stay");
  t.equal(inputs.newestFrame("unknown"), null);
});

t.test("a reload keeps the counts of what stays and forgets what went", async (t) => {
  const { inputs, receive } = setUp(input("a", "t/a"), input("b", "t/b"), input("cam", "c/+"));
  for (const topic of ["t/a", "t/b", "c/x", "c/y"]) receive(topic);
  inputs.reconfigure([
    input("a", "t/a", { encoding: "png" }),
    input("b", "t/other"),
    input("cam", "c/+"),
    input("cam_y", "y"),
  ]);
  t.equal(inputs.status("a", 0).received, 1);
  t.equal(inputs.status("b", 0).state, "waiting", "another topic is another input");
  t.same([...inputs.names].sort(), ["a", "b", "cam_x", "cam_y"]);
  t.equal(inputs.status("cam_y", 0).received, 0, "a configured name wins over one that a pattern gave");
  t.notOk(receive("t/b"));
  receive("t/a");
  t.equal(inputs.status("a", 0).bad, 1, "the new encoding holds");
});
