// Any bytes on any topic: a command, a refusal that helps, or nothing to do with us; never a throw.

import fc from "fast-check";
import t from "tap";
import type { IncomingMessage } from "../../src/contract/message.js";
import { ResponseDocument } from "../../src/contract/states.js";
import { topicsOf } from "../../src/topics/address.js";
import { type Known, parseCommand, type Received } from "../../src/topics/commands.js";
import { responseMessage } from "../../src/topics/response.js";

const topics = topicsOf("isotherm", "workshop");
const known: Known = {
  pipelines: new Map([
    ["people", ["fp32-416", "int8-320"]],
    ["broken", []],
  ]),
  inputs: ["porch", "yard"],
};

function incoming(topic: string, payload: string | Uint8Array, rest: Partial<IncomingMessage> = {}): IncomingMessage {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  return {
    topic,
    payload: bytes,
    retained: false,
    responseTopic: null,
    correlationData: null,
    userProperties: {},
    ...rest,
  };
}

function received(message: IncomingMessage): Received {
  const parsed = parseCommand(topics, message, known);
  if (parsed === null) throw new Error(`${message.topic} is no command topic`);
  return parsed;
}

function refusal(topic: string, payload: string | Uint8Array, rest: Partial<IncomingMessage> = {}) {
  const { command } = received(incoming(topic, payload, rest));
  if (command.ok) throw new Error(`${topic} was taken`);
  return command.trouble;
}

t.test("what is sent as documented is taken, white space around it or not", async (t) => {
  const set = (property: "variant" | "enabled" | "min_score", payload: string) =>
    received(incoming(topics.pipelineSet("people", property), payload)).command;

  t.match(set("variant", "int8-320"), { ok: true, value: { kind: "variant", variant: "int8-320" } });
  t.match(set("variant", "auto\n"), { ok: true, value: { kind: "variant", variant: null } });
  t.match(set("enabled", "OFF"), { ok: true, value: { kind: "enabled", pipeline: "people", enabled: false } });
  t.match(set("min_score", " .25 "), { ok: true, value: { kind: "min-score", minScore: 0.25 } });
  t.match(set("min_score", "auto"), { ok: true, value: { kind: "min-score", minScore: null } });
  t.match(received(incoming(topics.request("reload"), "")).command, { ok: true, value: { kind: "reload", id: null } });
  t.match(received(incoming(topics.request("snapshot"), '{"id":"7","input":"yard"}')), {
    to: { op: "snapshot", id: "7", responseTopic: "isotherm/workshop/response/snapshot" },
    command: { ok: true, value: { kind: "snapshot", id: "7", input: "yard" } },
  });
});

t.test("what is wrong is refused with what would have been right", async (t) => {
  const variant = topics.pipelineSet("people", "variant");
  const score = topics.pipelineSet("people", "min_score");

  t.match(refusal(variant, "int8-32"), { code: "unknown-variant", remedy: /did you mean "int8-320"\?/ });
  t.match(refusal(topics.pipelineSet("broken", "variant"), "fp32"), { code: "unknown-variant", remedy: /auto/ });
  t.match(refusal(topics.pipelineSet("poeple", "variant"), "auto"), { remedy: /did you mean "people"\?/ });
  t.match(refusal(`${topics.base}/pipeline/people/set/enable`, "ON"), { code: "unknown-property", remedy: /enabled/ });
  for (const payload of ["on", "1", "true", "", "ON OFF"]) {
    t.match(refusal(topics.pipelineSet("people", "enabled"), payload), { code: "bad-payload", remedy: /ON or OFF/ });
  }
  for (const payload of ["", "-0.1", "1.01", "NaN", "Infinity", "0x1", "0,5", "1e999", "50%"]) {
    t.match(refusal(score, payload), { code: "bad-payload", remedy: /0 to 1/ });
  }
  t.match(refusal(score, Buffer.from([0xff, 0xfe])), { code: "bad-payload", what: /UTF-8/ });
  t.match(refusal(score, "1".repeat(10_000)), { code: "payload-too-long", remedy: /256 bytes/ });
  t.match(refusal(topics.request("snapshot"), "{}"), { code: "bad-payload", what: /input/ });
  t.match(refusal(topics.request("snapshot"), '{"inputs":"yard","input":"yard"}'), {
    remedy: /did you mean "input"\?/,
  });
  t.match(refusal(topics.request("snapshot"), '{"input":"yrad"}'), { code: "unknown-input", remedy: /"yard"/ });
  t.match(refusal(topics.request("reload"), "[1]"), { code: "bad-payload", what: /not a JSON object/ });
  t.match(refusal(topics.request("reload"), "{"), { code: "bad-payload", what: /not JSON/ });
  t.match(refusal(topics.request("relaod"), ""), { code: "unknown-request", remedy: /did you mean "reload"\?/ });
  t.match(refusal(variant, "auto", { retained: true }), { code: "retained-command", remedy: /mosquitto_pub -r -n/ });
});

t.test("a refused request still finds who asked", async (t) => {
  const { to, command } = received(
    incoming(topics.request("snapshot"), '{"id":"a","input":"nowhere"}', {
      responseTopic: "tools/answers",
      correlationData: Buffer.from("c"),
    }),
  );
  const answer = responseMessage(to, command);

  t.match(answer, { topic: "tools/answers", correlationData: Buffer.from("c"), qos: 1, retain: false });
  const document = ResponseDocument.parse(JSON.parse(String(answer.payload)));
  t.match(document, { op: "snapshot", id: "a", ok: false, error: { code: "unknown-input" } });
});

t.test("an answer never goes where it would be a command or one of our own documents", async (t) => {
  const bad = [
    topics.request("reload"),
    topics.pipelineSet("people", "enabled"),
    topics.status,
    "a/+",
    "#",
    "$SYS/x",
    "",
  ];
  for (const responseTopic of bad) {
    const { to } = received(incoming(topics.request("reload"), "", { responseTopic }));
    t.equal(to.responseTopic, topics.response("reload"), responseTopic);
  }
  const mine = received(incoming(topics.request("reload"), "", { responseTopic: topics.response("me") }));
  t.equal(mine.to.responseTopic, topics.response("me"));
});

t.test("any bytes on any topic give a command, a refusal or nothing, and never a throw", async () => {
  const level = fc.oneof(
    fc.constantFrom("pipeline", "request", "set", "people", "variant", "enabled", "min_score", "reload", "snapshot"),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const topic = fc
    .tuple(fc.constantFrom("isotherm/workshop", "isotherm/other", "isotherm"), fc.array(level, { maxLength: 5 }))
    .map(([base, levels]) => [base, ...levels].join("/"));
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.constantFrom("auto", "ON", "0.5", '{"id":"1","input":"porch"}').map((text) => Buffer.from(text)),
  );
  const responseTopic = fc.option(fc.string({ unit: "binary", maxLength: 40 }));

  fc.assert(
    fc.property(topic, payload, fc.boolean(), responseTopic, (topic, payload, retained, responseTopic) => {
      const parsed = parseCommand(topics, incoming(topic, payload, { retained, responseTopic }), known);
      if (parsed === null) return;
      const { to, command } = parsed;
      const answer = responseMessage(to, command.ok ? { ok: true, value: null } : command);
      ResponseDocument.parse(JSON.parse(String(answer.payload)));
      if (/[+#\0]/.test(answer.topic) || answer.topic === "") throw new Error(`answers at ${answer.topic}`);
      if (!command.ok && (command.trouble.remedy === "" || command.trouble.what.length > 400))
        throw new Error(`refused with ${JSON.stringify(command.trouble)}`);
      if (command.ok && retained) throw new Error("a retained command was taken");
    }),
    { numRuns: 2000 },
  );
});
