import t from "tap";
import { NO_CHOICE } from "../../src/daemon/operator-choices.js";
import { PipelineLive } from "../../src/daemon/pipeline-live.js";
import { Pipelines } from "../../src/daemon/pipelines.js";
import { facts, plan, spec } from "./parts.js";

const old = spec("steep");
const next = spec("steep", "light", "1.1.0");

t.test("while an engine drains, its answers still have their model and their report", async (t) => {
  const pipelines = new Pipelines([plan("light", [old])], new Map());
  pipelines.sawFacts(facts([old]));
  // The order of a flip: the new engine's facts, then the plans that waited for it.
  pipelines.sawFacts(facts([next]));
  pipelines.replan([plan("light", [next])]);
  const live = pipelines.get("light");
  t.match(live?.variant, { version: "1.1.0" });
  t.match(live?.spec(old.key), { version: "1.0.0" });
  t.match(live?.reportOfAnswer(old.key), { key: old.key });
  t.equal(live?.report(old.key), null, "it is not resident any more");
  t.equal(live?.spec("another"), undefined);
});

t.test("a reload keeps what was counted and what the operator chose", async (t) => {
  const pipelines = new Pipelines([plan("light", [old])], new Map([["light", { ...NO_CHOICE, min_score: 0.9 }]]));
  pipelines.sawFacts(facts([old]));
  const before = pipelines.get("light");
  before?.sawAnswer(12, 0);
  pipelines.choose("light", { enabled: false });
  pipelines.replan([plan("light", [old], { min_score: 0.2 })]);
  const document = pipelines.get("light")?.document(3, 1000);
  t.match(document, {
    answered: 1,
    dropped: 3,
    min_score: 0.9,
    state: "paused",
    enabled: false,
    latency_ms: { p50: 12 },
  });
  t.match(document, { reason: /operator/ });
  pipelines.replan([]);
  t.equal(pipelines.get("light"), undefined);
});

t.test("the state says in words why: starting, failed with its trouble, switched off by whom", async (t) => {
  const starting = new PipelineLive(plan("light", [old]), NO_CHOICE);
  t.match(starting.document(0, 0), { state: "starting", trouble: null });
  const trouble = { code: "model-file-missing", where: "m:1", what: "no file", remedy: "copy it" };
  starting.decide(facts([], new Map([[old.key, trouble]])));
  t.match(starting.document(0, 0), { state: "failed", trouble, reason: "no file", variant: null });
  const off = new PipelineLive(plan("light", [old], { enabled: false }), NO_CHOICE);
  off.decide(facts([old]));
  t.match(off.document(0, 0), { state: "paused", reason: /configuration/ });
});
