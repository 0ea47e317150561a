// `isotherm variant`: a real daemon's answers are in e2e/ask; here what becomes of answers, others' answers and none.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { type Run, runIsotherm } from "../support/isotherm.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";

const skip = needsMosquitto;
const SET = "isotherm/shed/pipeline/people/set/variant";
const RESPONSE = "isotherm/shed/response/set-variant";
const answer = (fields: object) =>
  JSON.stringify({ schema: "isotherm.response/1", op: "set-variant", id: null, ...fields });

/** The command with a broker at which the test plays the daemon. @param reply publishes what the daemon would */
async function variant(t: Test, args: readonly string[], reply: (broker: Mosquitto) => Promise<void>): Promise<Run> {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const path = join(t.testdir(), "config.yaml");
  writeFileSync(path, `version: 1\nnode: { id: shed, data_dir: . }\nmqtt: { url: "${broker.url}" }\n`);
  await broker.publish("isotherm/shed/status", "online", { retain: true });
  const commands = await broker.subscribe(SET);
  const run = runIsotherm(["variant", "people", ...args, "--config", path]);
  const { payload, retained, correlationData } = await commands.next(SET);
  t.equal(payload.toString(), args[0]);
  t.notOk(retained);
  t.not(correlationData, "", "a mark to know the answer by");
  await reply(broker);
  return run;
}

t.test("a pin is confirmed in words and as JSON", { skip }, async (t) => {
  const done = answer({ ok: true, error: null, result: { variant: "int8", pinned: true } });
  const reply = (broker: Mosquitto) => broker.publish(RESPONSE, done);
  t.match(await variant(t, ["int8"], reply), { code: 0, stdout: "people: int8 runs, pinned\n" });
  const json = await variant(t, ["auto", "--json"], reply);
  t.match(JSON.parse(json.stdout), { ok: true, pipeline: "people", variant: "int8" });
});

t.test("a refusal ends with 1 and its remedy", { skip }, async (t) => {
  const error = {
    code: "unknown-variant",
    where: SET,
    what: 'there is no variant "int9"',
    remedy: 'did you mean "int8"?',
  };
  const reply = (broker: Mosquitto) => broker.publish(RESPONSE, answer({ ok: false, error }));
  t.match(await variant(t, ["int9"], reply), { code: 1, stdout: "", stderr: /int9.*did you mean "int8"/ });
});

t.test("another command's answer and nonsense on the same topic are passed over", { skip }, async (t) => {
  const run = await variant(t, ["int8"], async (broker) => {
    await broker.publish(RESPONSE, "{");
    await broker.publish(RESPONSE, '{"ok":true}');
    await broker.publish(RESPONSE, answer({ ok: true, error: null, result: { variant: "other" } }), {
      correlationData: "of another",
    });
    await broker.publish(RESPONSE, answer({ ok: true, error: null, result: { variant: "int8" } }));
  });
  t.match(run, { code: 0, stdout: /int8/ });
});
