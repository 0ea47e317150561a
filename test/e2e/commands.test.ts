// What an operator sends while frames come in: moves between variants without losing one, switches, thresholds, questions with
// MQTT 5 answers, and nonsense that must change nothing.

import sharp from "sharp";
import t, { type Test } from "tap";
import type { z } from "zod";
import { ResultDocument } from "../../src/contract/result.js";
import { PipelineStateDocument, ResponseDocument } from "../../src/contract/states.js";
import { BASE, Daemon } from "../support/daemon.js";
import { Feeder } from "../support/feeder.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { brightScore, writeTinyPackage } from "../support/tiny-model.js";
import { Watch } from "../support/watch.js";

const skip = needsMosquitto;
const STATE = `${BASE}/pipeline/light/state`;
const RESULT = `${BASE}/result/cam/light`;
/** Unlike enough that one answer tells which variant gave it. */
const GAINS: Readonly<Record<string, number>> = { steep: 20, flat: 4 };
const BRIGHTNESS = 0.6;

t.test(
  "moving between variants under load loses no frame, and each answer is by the variant it names",
  { skip },
  async (t) => {
    const { broker, watch } = await start(t);
    const feeder = new Feeder(broker, "cam");
    t.teardown(() => feeder.close());
    const picture = await evenPicture(BRIGHTNESS);
    const marks: string[] = [];
    const seen: string[] = [];
    let since = watch.now;
    // Closed loop: the next picture goes out when the one before was answered, so that latest-wins has nothing to drop.
    for (let round = 0; round < 120; round++) {
      if (round % 20 === 10)
        await broker.publish(`${BASE}/pipeline/light/set/variant`, round % 40 === 10 ? "flat" : "steep");
      const mark = feeder.send(picture);
      marks.push(mark);
      const result = await watch.document(RESULT, ResultDocument, (one) => one.frame.captured_at === mark, since);
      since = watch.now - 1;
      seen.push(result.model.variant);
      const score = "classes" in result ? (result.classes.find(({ label }) => label === "bright")?.score ?? -1) : -1;
      const expected = brightScore(GAINS[result.model.variant] ?? 0, BRIGHTNESS);
      if (Math.abs(score - expected) > 0.01) t.fail(`${result.model.variant} does not answer ${score}`);
    }
    const answered = watch.documents(RESULT, ResultDocument).map((result) => result.frame.captured_at);
    t.same(answered, marks, "every frame once, in order");
    t.ok(new Set(seen).size === 2, "both variants had their turn");
    const answers = watch.documents(`${BASE}/response/set-variant`, ResponseDocument);
    t.ok(answers.length > 0 && answers.every(({ ok }) => ok), "each command was answered");
  },
);

t.test("a pin is held and handed back, and stands in the state", { skip }, async (t) => {
  const { broker, watch } = await start(t);
  await broker.publish(`${BASE}/pipeline/light/set/variant`, "flat");
  const pinned = await watch.document(STATE, PipelineStateDocument, ({ pinned }) => pinned);
  t.match(pinned, { variant: "flat", decided_by: "operator", state: "running" });
  const since = watch.now;
  await broker.publish(`${BASE}/pipeline/light/set/variant`, "auto");
  t.match(await watch.document(STATE, PipelineStateDocument, ({ pinned }) => !pinned, since), { variant: "steep" });
});

t.test(
  "a pipeline that is switched off answers nothing until it is switched on, also over a restart",
  { skip },
  async (t) => {
    const { broker, daemon, watch } = await start(t);
    await broker.publish(`${BASE}/pipeline/light/set/enabled`, "OFF");
    await watch.document(STATE, PipelineStateDocument, ({ state, enabled }) => state === "paused" && !enabled);
    await broker.publish("cam", await evenPicture(1));

    t.match(await daemon.stop(), { code: 0 });
    let since = watch.now;
    await daemon.startAgain();
    await watch.document(STATE, PipelineStateDocument, ({ state }) => state === "paused", since);
    await watch.until(`${BASE}/status`, ({ payload }) => payload.toString() === "online", since);
    await broker.publish("cam", await evenPicture(1));

    since = watch.now;
    await broker.publish(`${BASE}/pipeline/light/set/enabled`, "ON");
    await watch.document(STATE, PipelineStateDocument, ({ state }) => state === "running", since);
    const mark = watch.now;
    await broker.publish("cam", await evenPicture(0));
    const result = await watch.document(RESULT, ResultDocument, () => true, mark);
    t.equal("classes" in result ? result.classes[0]?.label : null, "dark");
    t.equal(watch.documents(RESULT, ResultDocument).length, 1, "nothing was answered while it was off");
  },
);

t.test("a threshold that is set holds for the next frame", { skip }, async (t) => {
  const { broker, watch } = await start(t);
  await broker.publish(`${BASE}/pipeline/light/set/min_score`, "0.8");
  await watch.document(STATE, PipelineStateDocument, ({ min_score }) => min_score === 0.8);
  await broker.publish("cam", await evenPicture(0.6));
  const result = await watch.document(RESULT, ResultDocument);
  const labels = "classes" in result ? result.classes.map(({ label }) => label) : [];
  t.same(labels, ["bright"], "the class under the threshold is gone");
});

t.test("a request is answered where MQTT 5 asks for it, with what it sent along", { skip }, async (t) => {
  const { broker, watch } = await start(t);
  const answers = await Watch.open(broker, ["me/#"]);
  const ask = { responseTopic: "me/answer", correlationData: "question-7" };
  await broker.publish(`${BASE}/request/snapshot`, '{"id":"a","input":"cam"}', ask);
  const early = await answers.document("me/answer", ResponseDocument, ({ id }) => id === "a");
  t.match(early, { op: "snapshot", ok: false, error: { code: "no-frame" } });

  await broker.publish("cam", await evenPicture(0.6, "png", [320, 200]));
  await watch.document(RESULT, ResultDocument);
  await broker.publish(`${BASE}/request/snapshot`, '{"id":"b","input":"cam"}', ask);
  const answer = await answers.document("me/answer", ResponseDocument, ({ id }) => id === "b");
  t.match(answer, { ok: true, error: null, result: { input: "cam", content_type: "image/jpeg" } });
  const { image } = answer.result as { image: string };
  t.match(await sharp(Buffer.from(image, "base64")).metadata(), { format: "jpeg", width: 320, height: 200 });
  const message = await answers.until("me/answer");
  t.equal(message.correlationData, "question-7");

  await broker.publish(`${BASE}/request/reload`, "", { responseTopic: "me/answer" });
  await answers.document("me/answer", ResponseDocument, ({ op, ok }) => op === "reload" && ok);
  await broker.publish(`${BASE}/request/reload`, '{"id":"c"}');
  t.match(await watch.document(`${BASE}/response/reload`, ResponseDocument), { id: "c", ok: true });
});

t.test("commands with wrong payloads are answered with an error and change nothing", { skip }, async (t) => {
  const { broker, watch } = await start(t);
  const before = await watch.document(STATE, PipelineStateDocument, ({ state }) => state === "running");
  const wrong: readonly (readonly [topic: string, payload: string | Buffer, op: string])[] = [
    ["pipeline/light/set/variant", "stepe", "set-variant"],
    ["pipeline/light/set/variant", "", "set-variant"],
    ["pipeline/light/set/variant", Buffer.from([0xff, 0xfe, 0]), "set-variant"],
    ["pipeline/light/set/variant", "x".repeat(100_000), "set-variant"],
    ["pipeline/light/set/enabled", "on", "set-enabled"],
    ["pipeline/light/set/enabled", "1", "set-enabled"],
    ["pipeline/light/set/min_score", "1.5", "set-min_score"],
    ["pipeline/light/set/min_score", "NaN", "set-min_score"],
    ["pipeline/light/set/min_score", "0x1", "set-min_score"],
    ["pipeline/light/set/colour", "red", "set-colour"],
    ["pipeline/dark/set/variant", "steep", "set-variant"],
    ["request/reload", "[]", "reload"],
    ["request/reload", '{"id":1}', "reload"],
    ["request/reload", "{", "reload"],
    ["request/snapshot", "{}", "snapshot"],
    ["request/snapshot", '{"input":"kitchen"}', "snapshot"],
    ["request/snapshot", `{"input":"cam","id":"${"i".repeat(5000)}"}`, "snapshot"],
    ["request/reboot", "{}", "reboot"],
  ];
  for (const [topic, payload, op] of wrong) {
    const since = watch.now;
    await broker.publish(`${BASE}/${topic}`, payload);
    const answer = await watch.document(`${BASE}/response/${op}`, ResponseDocument, () => true, since);
    t.ok(!answer.ok && isFullTrouble(answer), `${topic} ${payload.slice(0, 12)}: ${answer.error?.what}`);
  }
  await broker.publish("cam", await evenPicture(BRIGHTNESS));
  const { model } = await watch.document(RESULT, ResultDocument);
  t.equal(model.variant, before.variant, "the same variant answers");
  const after = watch.documents(STATE, PipelineStateDocument).at(-1);
  const essence = ({ state, enabled, variant, min_score }: PipelineStateDocument) => ({
    state,
    enabled,
    variant,
    min_score,
  });
  t.same(essence(after ?? before), essence(before));
});

t.test(
  "a command that the broker kept from long ago is refused at start, with how to clear it",
  { skip },
  async (t) => {
    const broker = await Mosquitto.start();
    t.teardown(() => broker.stop());
    await broker.publish(`${BASE}/pipeline/light/set/variant`, "flat", { retain: true });
    const { watch } = await startDaemon(t, broker);
    const answer = await watch.document(`${BASE}/response/set-variant`, ResponseDocument);
    t.match(answer, { ok: false, error: { code: "retained-command" } });
    await broker.publish("cam", await evenPicture(BRIGHTNESS));
    t.equal((await watch.document(RESULT, ResultDocument)).model.variant, "steep");
  },
);

function isFullTrouble({ error }: z.infer<typeof ResponseDocument>): boolean {
  return error !== null && [error.code, error.where, error.what, error.remedy].every((part) => part !== "");
}

async function start(t: Test): Promise<{ broker: Mosquitto; daemon: Daemon; watch: Watch }> {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const daemon = await startDaemon(t, broker);
  return { broker, daemon, watch: daemon.watch };
}

function startDaemon(t: Test, broker: Mosquitto): Promise<Daemon> {
  return Daemon.start(t, broker, {
    config: {
      inputs: { cam: { mqtt: { topic: "cam" } } },
      pipelines: { light: { inputs: ["cam"], model: "./light" } },
    },
    prepare: async (directory) => {
      const variants = Object.entries(GAINS).map(([name, gain]) => ({ name, gain }));
      await writeTinyPackage(directory, "light", variants);
    },
  });
}
