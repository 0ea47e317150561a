// What becomes an alert, and when it goes: of inputs, of pipelines, of engines and their frames.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { SILENT } from "../../src/contract/log.js";
import type { OutgoingMessage } from "../../src/contract/message.js";
import type { InputStatusDocument } from "../../src/contract/states.js";
import { PACKAGE_SETTINGS } from "../../src/contract/variant.js";
import { AlertBoard } from "../../src/daemon/alert-board.js";
import type { BrokerLink } from "../../src/daemon/broker-link.js";
import { alertPipelines, EngineWatch } from "../../src/daemon/engine-watch.js";
import { FramePath } from "../../src/daemon/frame-path.js";
import { InputWatch } from "../../src/daemon/input-watch.js";
import { Pipelines } from "../../src/daemon/pipelines.js";
import { topicsOf } from "../../src/topics/address.js";
import { facts, frame, loadedConfig, plan, StandingClock, spec } from "./parts.js";

const [steep, flat] = [spec("steep"), spec("flat")];
const bad = { code: "bad-picture", where: "inputs.cam", what: "cut off", remedy: "look at the camera" };

/** An alert board whose documents go nowhere. */
function board(): AlertBoard {
  const link = { retain: (_kind: string, _message: OutgoingMessage) => {}, withdraw: () => {} };
  return new AlertBoard({
    clock: new StandingClock(),
    topics: () => topicsOf("isotherm", "test"),
    link: () => link as unknown as BrokerLink,
  });
}

function status(state: InputStatusDocument["state"], input = "cam"): InputStatusDocument {
  const counts = { fps: 0, received: 1, dropped: 0, bad: 0, bad_by_reason: {}, last_frame_at: "2026-01-01T00:00:00Z" };
  return { schema: "isotherm.input/1", input, state, ...counts, last_error: state === "error" ? bad : null };
}

t.test("an input that falls silent is told until its next frame, and forgotten with the input", async (t) => {
  const alerts = board();
  const watch = new InputWatch(alerts);
  watch.look([status("waiting"), status("live", "yard")], 0);
  t.same([...alerts.ids], [], "no frame yet is no silence");
  watch.look([status("stale"), status("stale", "yard")], 1000);
  t.same([...alerts.ids], ["input-stale-cam", "input-stale-yard"]);
  watch.look([status("live"), status("stale", "yard")], 2000);
  t.same([...alerts.ids], ["input-stale-yard"]);
  watch.look([status("live")], 3000);
  t.same([...alerts.ids], [], "a reload took it away");
});

t.test("a lone bad frame is no alert; ten seconds of nothing else are", async (t) => {
  const alerts = board();
  const watch = new InputWatch(alerts);
  for (const [state, atMs] of [
    ["error", 0],
    ["live", 1000],
    ["error", 2000],
    ["error", 11_999],
  ] as const)
    watch.look([status(state)], atMs);
  t.same([...alerts.ids], []);
  watch.look([status("error")], 12_000);
  t.same([...alerts.ids], ["input-bad-cam"]);
  watch.look([status("stale")], 13_000);
  t.same([...alerts.ids], ["input-stale-cam"], "one thing at a time");
});

t.test("a pipeline's alerts follow what the engine holds: failed, fallen back, or stood in for", async (t) => {
  const alerts = board();
  const pipelines = new Pipelines([plan("light", [steep, flat], { variant: "flat" })], new Map());
  const look = () => {
    alertPipelines(pipelines, alerts);
    return [...alerts.ids];
  };
  t.same(look(), [], "the engine is loading");
  pipelines.sawFacts(facts([steep]));
  t.same(look(), [], "the pinned one is being loaded");
  pipelines.sawFacts(facts([steep], new Map([[flat.key, bad]])));
  t.same(look(), ["variant-missing-light"]);
  pipelines.sawFacts(facts([], new Map([[flat.key, bad]])));
  t.same(look(), ["pipeline-failed-light"]);
  pipelines.sawFacts(facts([steep, flat]));
  t.same(look(), []);
  const fallen = facts([flat]);
  for (const report of fallen.reports.values()) Object.assign(report, { fallback: "cuda is not built in" });
  pipelines.sawFacts(fallen);
  t.same(look(), ["provider-fallback-light"]);
  pipelines.replan([]);
  t.same(look(), [], "gone with the pipeline");
});

function engineRoom(t: Test) {
  const alerts = board();
  const pipelines = new Pipelines([plan("light", [steep])], new Map());
  pipelines.sawFacts(facts([steep]));
  const engine = { free: 0, answer: () => {}, isBarred: () => false };
  const clock = new StandingClock();
  const settings = pipelines.scheduleSettings(loadedConfig({ inputs: { cam: { mqtt: { topic: "cam" } } } }).config);
  const framePath = new FramePath(settings, { clock, pipelines, engine, onBarred: () => {} });
  const refused: string[] = [];
  const inputs = { answered: () => {}, refuse: (name: string) => void refused.push(name) };
  const directory = t.testdir();
  let resolveDisk = () => {};
  const disk = new Promise<void>((resolve) => {
    resolveDisk = resolve;
  });
  const watch = new EngineWatch({
    log: SILENT,
    alerts,
    pipelines,
    inputs,
    framePath,
    dataDirectory: () => directory,
    onDisk: () => resolveDisk(),
  });
  const work = { frame: frame("cam", 1), pipeline: "light", key: steep.key, settings: PACKAGE_SETTINGS };
  return { alerts, pipelines, refused, watch, work, directory, disk };
}

t.test("a lost engine is told until the next answer; one that never comes up is told apart", async (t) => {
  const { alerts, watch, work } = engineRoom(t);
  watch.lost("outside", "SIGKILL", null, []);
  t.same([...alerts.ids], ["engine-lost"]);
  watch.ready();
  watch.answered(work);
  t.same([...alerts.ids], []);
  for (let i = 0; i < 3; i++) watch.lost("crash", "exit code 134", null, []);
  t.same([...alerts.ids], ["engine-lost", "engine-stopped"]);
  watch.ready();
  t.same([...alerts.ids], ["engine-lost"]);
  watch.lost("asked", "SIGKILL", null, [work]);
  watch.answered(work);
  t.same([...alerts.ids], [], "one that was asked to end is no trouble");
});

t.test("the frame that was in the run is kept for a look and told", async (t) => {
  const { alerts, pipelines, watch, work, directory, disk } = engineRoom(t);
  watch.lost("crash", "SIGSEGV", { work, verdict: "barred" }, []);
  await disk;
  t.ok(alerts.ids.has("frame-set-aside"));
  const files = readdirSync(join(directory, "set-aside"));
  t.equal(files.length, 2, "the picture and a note");
  t.equal(pipelines.get("light")?.lost, 1);
});

t.test("a frame that two pipelines refuse is bad once; a model that fails is not its input's trouble", async (t) => {
  const { alerts, refused, watch, work } = engineRoom(t);
  watch.refused(work, bad);
  watch.refused({ ...work, pipeline: "other" }, bad);
  t.same(refused, ["cam"]);
  watch.refused({ ...work, frame: frame("cam", 2) }, { ...bad, code: "frame-failed" });
  t.same(refused, ["cam"]);
  t.same([...alerts.ids], ["model-fails-light"]);
  watch.answered(work);
  t.same([...alerts.ids], []);
});
