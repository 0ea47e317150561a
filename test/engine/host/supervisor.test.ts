// The supervisor with a real engine process: what it answers, how it goes, and how it comes back.

import t, { type Test } from "tap";
import type { VariantSpec } from "../../../src/contract/variant.js";
import { EngineRoom, TEST_OPTIONS, tinySpecs } from "../../support/engine-room.js";
import { evenPicture } from "../../support/pictures.js";
import { HANG_MARK, KILL_MARK, poisoned } from "../../support/poison.js";
import { brightScore } from "../../support/tiny-model.js";

/** JPEG and the resize move a flat gray by less than this. */
const TOLERANCE = 0.02;

async function started(t: Test, entry: "main" | "poison", variants?: readonly VariantSpec[]) {
  const specs = variants ?? (await tinySpecs(t, "light", [{ name: "only", gain: 20 }]));
  const room = new EngineRoom(t, entry);
  room.supervisor.start({ variants: specs, options: TEST_OPTIONS });
  await room.until("a ready engine", () => room.of("ready").length > 0);
  const [spec] = specs;
  if (spec === undefined) throw new Error("no variant");
  return { room, spec, specs };
}

t.test("frames are answered in the order they came, right each time", async (t) => {
  const { room, spec } = await started(t, "main");
  const grays = [0.1, 0.9, 0.5, 0.3, 0.7, 0.2, 0.8, 0.4];
  for (const gray of grays) await room.give(spec, await evenPicture(gray, "jpeg", [64, 48]));
  await room.until("all answers", () => room.of("answered").length === grays.length);
  const answers = room.of("answered");
  t.same(
    answers.map(({ work }) => work.frame.seq),
    grays.map((_, i) => i + 1),
  );
  for (const [i, { answered }] of answers.entries()) {
    t.same([answered.width, answered.height], [64, 48]);
    const classes = "classes" in answered.answer ? answered.answer.classes : [];
    const bright = classes.find(({ label }) => label === "bright")?.score ?? Number.NaN;
    t.ok(Math.abs(bright - brightScore(20, grays[i] ?? 0)) < TOLERANCE, `gray ${grays[i]} scores ${bright}`);
  }
});

t.test("a bad frame is refused with its reason, its neighbours are answered", async (t) => {
  const { room, spec } = await started(t, "main");
  const good = await evenPicture(0.9);
  for (const payload of [good, good.subarray(0, good.length / 2), Buffer.from("no picture"), Buffer.alloc(0), good])
    await room.give(spec, payload);
  await room.until("a reply to each", () => room.of("answered").length + room.of("refused").length === 5);
  t.same(
    room.of("answered").map(({ work }) => work.frame.seq),
    [1, 5],
  );
  t.same(
    room.of("refused").map(({ work, trouble }) => [work.frame.seq, trouble.code]),
    [
      [2, "bad-picture"],
      [3, "not-a-picture"],
      [4, "not-a-picture"],
    ],
  );
  t.equal(room.of("lost").length, 0);
});

t.test("boxes are drawn on request, and a bad picture gives none", async (t) => {
  const { room, spec } = await started(t, "main");
  const { frame } = room.work(spec, await evenPicture(0.5, "jpeg", [64, 48]));
  const detections = [{ label: "cat", class_id: 0, score: 0.9, box: { x: 0.1, y: 0.1, w: 0.5, h: 0.5 } }];
  const drawn = await room.supervisor.annotate(frame, detections);
  t.same([...(drawn?.subarray(0, 2) ?? [])], [0xff, 0xd8], "a JPEG");
  t.equal(await room.supervisor.annotate({ ...frame, payload: Buffer.from("no picture") }, detections), null);
});

for (const [signal, end, verdict] of [
  ["SIGKILL", "outside", "suspect"],
  ["SIGSTOP", "stopped", "innocent"],
] as const) {
  t.test(`after ${signal} the next engine answers, and no frame is lost without a word`, async (t) => {
    const { room, spec } = await started(t, "main");
    const picture = await evenPicture(0.9);
    const pid = room.supervisor.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    // Both lie in the engine when it goes: a stopped one takes them and answers none.
    await room.give(spec, picture);
    await room.give(spec, picture);
    if (signal === "SIGKILL") process.kill(pid, "SIGKILL");
    await room.until("the loss", () => room.of("lost").length > 0);
    const [lost] = room.of("lost");
    t.equal(lost?.end, end);
    t.equal(lost?.head?.work.frame.seq, 1);
    t.equal(lost?.head?.verdict, verdict);
    t.same(
      lost?.others.map(({ frame }) => frame.seq),
      [2],
      "the other one goes back to its slot",
    );
    await room.give(spec, picture);
    await room.until("an answer", () => room.of("answered").length === 1);
    t.equal(room.supervisor.restarts, 1);
    t.not(room.supervisor.pid, pid);
  });
}

for (const [mark, end] of [
  [KILL_MARK, "crash"],
  [HANG_MARK, "hang"],
] as const) {
  t.test(`a frame whose run ends in a ${end} is barred, the one behind it is not`, async (t) => {
    const { room, spec } = await started(t, "poison");
    const picture = await evenPicture(0.9);
    const poison = poisoned(picture, mark);
    await room.give(spec, poison);
    await room.give(spec, picture);
    await room.until("the loss", () => room.of("lost").length > 0);
    const [lost] = room.of("lost");
    t.equal(lost?.end, end);
    t.equal(lost?.head?.verdict, "barred");
    t.ok(room.supervisor.isBarred(room.work(spec, poison).frame));
    t.notOk(room.supervisor.isBarred(room.work(spec, picture).frame));
    t.same(
      lost?.others.map(({ frame }) => frame.seq),
      [2],
    );
    await room.give(spec, picture);
    await room.until("an answer", () => room.of("answered").length === 1);
  });
}

t.test("a frame in front of the one that kills the engine is answered first, and not blamed", async (t) => {
  const { room, spec } = await started(t, "poison");
  const picture = await evenPicture(0.9);
  await room.give(spec, picture);
  await room.give(spec, poisoned(picture, KILL_MARK));
  await room.until("the loss", () => room.of("lost").length > 0);
  t.same(
    room.of("answered").map(({ work }) => work.frame.seq),
    [1],
    "its answer was out before the next run began",
  );
  t.equal(room.of("lost")[0]?.head?.work.frame.seq, 2);
});

t.test("another engine takes over under load, and every frame is answered once", async (t) => {
  const [first, second] = await tinySpecs(t, "light", [
    { name: "first", gain: 20 },
    { name: "second", gain: 5 },
  ]);
  if (first === undefined || second === undefined) throw new Error("no variants");
  const { room } = await started(t, "main", [first]);
  const picture = await evenPicture(0.9);
  const before = room.supervisor.pid;
  let isReplaced = false;
  const replaced = room.supervisor.replace({ variants: [first, second], options: TEST_OPTIONS }).then((outcome) => {
    isReplaced = true;
    return outcome;
  });
  let given = 0;
  for (; !isReplaced; given++) await room.give(first, picture);
  t.ok((await replaced).ok);
  t.not(room.supervisor.pid, before);
  for (let i = 0; i < 4; i++, given++) await room.give(second, picture);
  await room.until("all answers", () => room.of("answered").length === given);
  const seqs = room.of("answered").map(({ work }) => work.frame.seq);
  t.equal(new Set(seqs).size, given, "each once");
  t.equal(room.of("refused").length, 0);
  t.equal(room.of("lost").length, 0, "the former one ended as it was asked to");
});

t.test("a replacement gives way to a newer one, and the present engine answers meanwhile", async (t) => {
  const { room, spec, specs } = await started(t, "main");
  const before = room.supervisor.pid;
  const first = room.supervisor.replace({ variants: specs, options: TEST_OPTIONS });
  const second = room.supervisor.replace({ variants: specs, options: TEST_OPTIONS });
  const outcome = await first;
  t.match(outcome, { ok: false, trouble: { code: "engine-not-replaced", what: /newer change/ } });
  await room.give(spec, await evenPicture(0.9));
  await room.until("an answer", () => room.of("answered").length === 1);
  t.ok((await second).ok);
  t.not(room.supervisor.pid, before);
});

t.test("variants that can't be loaded say why, the others answer", async (t) => {
  const specs = await tinySpecs(t, "light", [
    { name: "gone", gain: 1, fault: "missing" },
    { name: "changed", gain: 1, fault: "wrong-digest" },
    { name: "text", gain: 1, fault: "not-onnx" },
    { name: "wide", gain: 1, fault: "wrong-shape" },
    { name: "strange", gain: 1, fault: "unknown-operator" },
    { name: "good", gain: 20 },
  ]);
  const { room } = await started(t, "main", specs);
  const [ready] = room.of("ready");
  const failures = Object.fromEntries(
    [...(ready?.facts.failures ?? [])].map(([key, { code }]) => [key.split(":").at(-1), code]),
  );
  t.same(failures, {
    gone: "model-file-missing",
    changed: "model-digest-mismatch",
    text: "not-an-onnx-model",
    wide: "wrong-input-shape",
    strange: "unsupported-operator",
  });
  for (const trouble of ready?.facts.failures.values() ?? [])
    t.ok(trouble.remedy.length > 10 && trouble.where.length > 0, trouble.code);
  const good = specs.at(-1);
  if (good === undefined) throw new Error("no variant");
  t.match(ready?.facts.reports.get(good.key), { provider: "cpu", fallback: null, threads: 1 });
  await room.give(good, await evenPicture(0.9));
  await room.until("an answer", () => room.of("answered").length === 1);
  const [missing] = specs;
  if (missing !== undefined) await room.give(missing, await evenPicture(0.9));
  await room.until("a refusal", () => room.of("refused").length === 1);
  t.equal(room.of("refused")[0]?.trouble.code, "variant-not-resident");
});
