import t from "tap";
import { isLeftOver, type Owned } from "../../src/daemon/left-over.js";
import { topicsOf } from "../../src/topics/address.js";

const topics = topicsOf("isotherm", "test");
const owned: Owned = {
  pipelines: new Map([
    ["people", { inputs: ["porch", "cams"], image: true }],
    ["faces", { inputs: ["porch"], image: false }],
  ]),
  inputs: [
    { key: "porch", isPattern: false },
    { key: "yard", isPattern: false },
    { key: "cams", isPattern: true },
  ],
  alerts: new Set(["disk-trouble"]),
};
const leftOver = (level: string) => isLeftOver(topics, `isotherm/test/${level}`, owned);

t.test("what the configuration still names stays, those that `+` may make again too", async (t) => {
  for (const level of [
    "pipeline/people/state",
    "input/porch/status",
    "input/cams_kitchen/status",
    "state/cams_kitchen/people",
    "image/porch/people",
    "alert/disk-trouble",
  ])
    t.notOk(leftOver(level), level);
});

t.test("what nobody owns any more goes: pipelines, inputs, alerts, and pairs of them", async (t) => {
  for (const level of [
    "pipeline/cars/state",
    "input/garage/status",
    "input/cams/status",
    "state/porch/cars",
    "state/garage/people",
    "alert/engine-lost",
  ])
    t.ok(leftOver(level), level);
});

t.test("a state goes when its pipeline looks at another input now, a picture when none is asked for", async (t) => {
  t.ok(leftOver("state/yard/people"), "both are there, but not together");
  t.ok(leftOver("state/cams_kitchen/faces"));
  t.ok(leftOver("image/porch/faces"));
  t.notOk(leftOver("state/porch/faces"));
});

t.test("nothing is touched that is no document of this node", async (t) => {
  for (const level of ["status", "info", "telemetry", "result/x/y", "pipeline/people", "notes/mine"])
    t.equal(leftOver(level), false, level);
  for (const topic of ["isotherm/test2/pipeline/cars/state", "isotherm/tes", "homeassistant/alert/x", ""])
    t.notOk(isLeftOver(topics, topic, owned), topic);
});
