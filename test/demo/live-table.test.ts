import t from "tap";
import type { PipelineStateDocument } from "../../src/contract/states.js";
import { demoConfig } from "../../src/demo/demo-config.js";
import { DEMO_GAUGES } from "../../src/demo/gauges.js";
import { LiveTable } from "../../src/demo/live-table.js";
import { loadedConfig } from "../daemon/parts.js";

const running = { variant: "int8-96", provider: "cpu", state: "running" } as PipelineStateDocument;

t.test("sums are over all that came: answers, error in parts of full scale, quantiles, rates", async (t) => {
  const table = new LiveTable(DEMO_GAUGES);
  table.sawResult("boiler", 1, 50);
  table.sawTruth("boiler", 2);
  // Full scale is 4 bar: off by 1 %, then by 3 %.
  table.sawResult("boiler", 2.04, 10);
  table.sawResult("boiler", 1.88, 20);
  table.sawState("boiler", running);
  const [boiler, oil] = table.summary(10).gauges;
  t.match(boiler, {
    name: "boiler",
    answered: 3,
    fps: 0.3,
    latency_p50_ms: 20,
    latency_p95_ms: 50,
    mean_error_percent_fs: 2,
    variant: "int8-96",
    provider: "cpu",
  });
  t.match(oil, { answered: 0, fps: 0, latency_p50_ms: null, mean_error_percent_fs: null, variant: null });
  t.equal(table.answered, 3);
});

t.test(
  "an answer without a needle to compare counts as answered and not as error; strangers count as nothing",
  async (t) => {
    const table = new LiveTable(DEMO_GAUGES);
    table.sawResult("tank", 50, 5);
    table.sawResult("kitchen", 50, 5);
    table.sawTruth("kitchen", 5);
    table.sawState("kitchen", running);
    t.match(table.summary(1).gauges[2], { name: "tank", answered: 1, mean_error_percent_fs: null });
    t.equal(table.answered, 1);
  },
);

t.test("the table has a row per gauge with units, and a bar that no value bursts", async (t) => {
  const table = new LiveTable(DEMO_GAUGES);
  table.sawTruth("boiler", 1.5);
  table.sawResult("boiler", 9, 12.3);
  table.sawResult("oil", -20, 12.3);
  table.sawState("boiler", running);
  const { header, rows } = table.cells(2);
  t.ok(rows.length === 3 && rows.every((row) => row.length === header.length));
  t.match(rows[0], ["Boiler pressure", "9.00 bar", "1.50 bar", /% FS/, "0.5", "12.3 ms", "int8-96", "█".repeat(20)]);
  t.match(rows[1], ["Oil temperature", "-20.0 °C", "-", "-", "0.5", "12.3 ms", "starting", "░".repeat(20)]);
  t.match(rows[2], ["Tank level", "-", "-", "-", "0.0", "-", "starting", ""]);
});

t.test("before the first second no rate bursts either", async (t) => {
  const table = new LiveTable(DEMO_GAUGES);
  t.ok(table.summary(0).gauges.every(({ fps }) => fps === 0));
});

t.test("the demo's configuration is one that a person could write", async (t) => {
  const written = demoConfig("mqtt://127.0.0.1:1883", "/tmp/demo") as Record<string, unknown>;
  const { config } = loadedConfig(written);
  t.same(Object.keys(config.pipelines), ["boiler", "oil", "tank"]);
  t.match(config.pipelines.boiler, { inputs: ["boiler"], value: { unit: "bar", min: 0, max: 4 } });
});
