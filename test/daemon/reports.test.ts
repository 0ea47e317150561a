import t from "tap";
import { type InputStatusDocument, PipelineStateDocument } from "../../src/contract/states.js";
import { NO_CHOICE } from "../../src/daemon/operator-choices.js";
import { PipelineLive } from "../../src/daemon/pipeline-live.js";
import { inputEssence, Pacer, pipelineEssence, UsageMeter } from "../../src/daemon/reports.js";
import { facts, plan, StandingClock, spec } from "./parts.js";

t.test(
  "a document goes out at once when its essence changed, with mere figures every ten seconds, else never",
  async (t) => {
    const pacer = new Pacer();
    const isDue = (essence: string, figure: number, atS: number) =>
      pacer.isDue("x", essence, [essence, figure], atS * 1000);
    t.ok(isDue("live", 1, 0), "the first");
    t.notOk(isDue("live", 2, 1), "only a figure");
    t.ok(isDue("stale", 3, 2), "the essence");
    t.notOk(isDue("stale", 4, 11));
    t.ok(isDue("stale", 4, 12), "ten seconds after the last");
    t.notOk(isDue("stale", 4, 100), "nothing new at all");
    pacer.forgetAll();
    t.ok(isDue("stale", 4, 101), "after a reload everything is news");
  },
);

t.test("rates and counts are no essence; states, reasons and what is resident are", async (t) => {
  const [steep, flat] = [spec("steep"), spec("flat")];
  const live = new PipelineLive(plan("light", [steep, flat]), NO_CHOICE);
  const essence = () => JSON.stringify(pipelineEssence(PipelineStateDocument.parse(live.document(0, 0))));
  const starting = essence();
  live.decide(facts([steep]));
  const running = essence();
  t.not(running, starting);
  live.sawAnswer(12, 0);
  t.equal(essence(), running, "an answer");
  live.decide(facts([steep, flat]));
  t.not(essence(), running, "one more is resident");

  const input: InputStatusDocument = {
    schema: "isotherm.input/1",
    input: "cam",
    state: "live",
    fps: 1,
    received: 10,
    dropped: 0,
    bad: 0,
    bad_by_reason: {},
    last_frame_at: null,
    last_error: null,
  };
  const same = JSON.stringify(inputEssence(input));
  t.equal(JSON.stringify(inputEssence({ ...input, fps: 2, received: 11, dropped: 5 })), same);
  t.not(JSON.stringify(inputEssence({ ...input, bad: 1 })), same);
});

t.test("CPU time becomes a share of one core between two readings", async (t) => {
  const clock = new StandingClock();
  clock.nowMs = 1_000_000;
  const meter = new UsageMeter(clock);
  meter.read(null);
  clock.nowMs += 1000;
  const before = process.cpuUsage();
  const spentS = () => Object.values(process.cpuUsage(before)).reduce((sum, micros) => sum + micros, 0) / 1e6;
  while (spentS() < 0.2);
  const { cpu_ratio, main_rss_bytes, engine_rss_bytes } = meter.read(null);
  // The kernel counts in hundredths of a second.
  t.ok(Math.abs(cpu_ratio - spentS()) < 0.05, `${spentS()} s of CPU in a second of that clock: ${cpu_ratio}`);
  t.ok(main_rss_bytes > 10_000_000);
  t.equal(engine_rss_bytes, null, "no engine");
});

t.test("an engine that is gone has no figures, and the next one starts from nothing", async (t) => {
  const clock = new StandingClock();
  const meter = new UsageMeter(clock);
  clock.nowMs = 1000;
  // Another process of ours that surely is there: init's memory may be read by all.
  t.ok((meter.read(1).engine_rss_bytes ?? 0) > 0);
  clock.nowMs = 2000;
  t.equal(meter.read(2 ** 22 - 1).engine_rss_bytes, null, "no such process");
});

t.test("more answers than are remembered still make the right rate", async (t) => {
  const steep = spec("steep");
  const live = new PipelineLive(plan("light", [steep]), NO_CHOICE);
  for (let atMs = 0; atMs < 10_000; atMs += 5) live.sawAnswer(1, atMs);
  t.ok(Math.abs(live.fps(10_000) - 200) < 1, `${live.fps(10_000)} a second`);
  t.equal(live.fps(21_000), 0);
});
