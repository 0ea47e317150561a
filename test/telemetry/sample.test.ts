import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import t from "tap";
import { boardModel } from "../../src/telemetry/readers/board-model.js";
import { parseLoad1 } from "../../src/telemetry/readers/load.js";
import { parseMemory } from "../../src/telemetry/readers/memory.js";
import { parseMilliCelsius } from "../../src/telemetry/readers/thermal-zones.js";
import { sampleBoard } from "../../src/telemetry/sample.js";
import { REPOSITORY } from "../support/shared-data.js";

const board = (name: string) => join(REPOSITORY, "test/fixtures/boards", name);

t.test("an Orin's sensors are found by name, the gated and the disabled one are gaps", async (t) => {
  t.same(await sampleBoard(board("jetson-orin-nano")), {
    hottestC: 48.312,
    temperaturesC: {
      "cpu-thermal": 48.312,
      "gpu-thermal": 46.968,
      "soc1-thermal": 47.031,
      "cv0-thermal": null,
      "tj-thermal": null,
      "soc0-thermal": 45.875,
    },
    load1: 1.52,
    memory: { totalBytes: 7803928 * 1024, availableBytes: 5122016 * 1024 },
  });
  t.equal(await boardModel(board("jetson-orin-nano")), "NVIDIA Orin Nano Developer Kit");
});

t.test("a Raspberry Pi has one zone", async (t) => {
  t.match(await sampleBoard(board("raspberry-pi-5")), { hottestC: 61.45, temperaturesC: { "cpu-thermal": 61.45 } });
  t.equal(await boardModel(board("raspberry-pi-5")), "Raspberry Pi 5 Model B Rev 1.0");
});

t.test("the 100 C that a Jetson Nano's PMIC always shows is no heat", async (t) => {
  const sample = await sampleBoard(board("jetson-nano"));
  t.equal(sample.hottestC, 38);
  t.equal(sample.temperaturesC["PMIC-Die"], 100, "but it is shown as the kernel shows it");
});

t.test("a board without sensors, and no board at all, have nothing to say", async (t) => {
  const nothing = { hottestC: null, temperaturesC: {}, load1: null, memory: null };
  t.same(await sampleBoard(t.testdir({})), nothing);
  t.same(await sampleBoard("/nowhere"), nothing);
  t.equal(await boardModel("/nowhere"), null);
});

t.test("a sensor that blocks is a gap, the others are read", async (t) => {
  const root = t.testdir({
    sys: {
      class: {
        thermal: {
          thermal_zone0: { type: "stuck-thermal\n" },
          thermal_zone1: { type: "cpu-thermal\n", temp: "50000\n" },
          thermal_zone2: { type: "cpu-thermal\n", temp: "51000\n" },
          thermal_zone3: { type: "folder-thermal\n", temp: {} },
          thermal_zone4: { temp: "99000\n" },
          cooling_device0: { type: "pwm-fan\n", cur_state: "3\n" },
        },
      },
    },
  });
  const fifo = join(root, "sys/class/thermal/thermal_zone0/temp");
  t.equal(spawnSync("mkfifo", [fifo]).status, 0);

  const sample = await sampleBoard(root);
  t.same(sample.temperaturesC, {
    "stuck-thermal": null,
    "cpu-thermal": 50,
    "cpu-thermal-2": 51,
    "folder-thermal": null,
  });
  t.equal(sample.hottestC, 51);
});

t.test("this very machine can be read, whatever it is", async (t) => {
  const sample = await sampleBoard("/");
  t.ok((sample.memory?.totalBytes ?? 0) > (sample.memory?.availableBytes ?? 0));
  t.type(sample.load1, "number");
});

t.test("a PC is named by its firmware, unless its maker forgot to", async (t) => {
  const pc = (product: string) => t.testdir({ sys: { class: { dmi: { id: { product_name: product } } } } });
  t.equal(await boardModel(pc("NUC12WSKi5\n")), "NUC12WSKi5");
  t.equal(await boardModel(pc("To Be Filled By O.E.M.\n")), null);
});

t.test("only a number that a board can have is a temperature", async (t) => {
  for (const text of [null, "", "-256000", "255000", "hot", "12.5", "1e3", "0x10", "99999999999999", "- 5"]) {
    t.equal(parseMilliCelsius(text), null, String(text));
  }
  t.equal(parseMilliCelsius("-12500"), -12.5);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const tempC = parseMilliCelsius(text);
      return tempC === null || (tempC > -60 && tempC < 200);
    }),
  );
});

t.test("any text is read as memory and load, or refused", async (t) => {
  t.equal(parseMemory("MemTotal:  100 kB\nMemFree:  50 kB\n"), null, "no guess from what is free");
  t.equal(parseLoad1("0.10 0.20 0.30 1/2 3"), 0.1);
  fc.assert(fc.property(fc.string(), (text) => parseMemory(text) === null && parseLoad1(text) === null));
});
