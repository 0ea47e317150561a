// Alerts are raised, counted and cleared; a flood stays bounded and quiet.

import t from "tap";
import { ALERTS } from "../../src/alerts/catalogue.js";
import {
  type AlertChange,
  alertId,
  clear,
  clearOthers,
  MAX_RAISED,
  NONE_RAISED,
  raise,
} from "../../src/alerts/raised.js";
import { AlertDocument } from "../../src/contract/states.js";

const AT = "2026-01-02T03:04:05.678Z";
const lost = { code: "engine-crash", where: "engine", what: "exit code 1", remedy: "" };

t.test("an alert says since when, how often and what to do, and goes when it is over", async (t) => {
  const first = raise(NONE_RAISED, "engine-lost", null, lost, AT);
  const second = raise(first.raised, "engine-lost", null, lost, "2026-01-02T03:05:00.000Z");
  const over = clear(second.raised, "engine-lost", null);

  const [change] = second.changes;
  if (change?.kind !== "raised") throw new Error("the second time is told");
  AlertDocument.parse(change.document);
  t.match(change.document, { id: "engine-lost", severity: "error", since: AT, times: 2 });
  t.equal(change.document.remedy, ALERTS["engine-lost"].remedy, "the catalogue's, where the trouble brings none");
  t.same(over.changes, [{ kind: "cleared", id: "engine-lost" }]);
  t.equal(over.raised.size, 0);
  t.same(clear(over.raised, "engine-lost", null).changes, [], "clearing what is not raised says nothing");
});

t.test(
  "a trouble that repeats with every frame is told at 1, 2, 5, 10, 20 … times, and when its text changes",
  async (t) => {
    let raised = NONE_RAISED;
    const told: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const step = raise(raised, "input-bad", "porch", { ...lost, what: i === 600 ? "another" : "bad" }, AT);
      raised = step.raised;
      for (const change of step.changes) if (change.kind === "raised") told.push(change.document.times);
    }
    t.same(told, [1, 2, 5, 10, 20, 50, 100, 200, 500, 601, 602, 1000]);
  },
);

t.test("the number raised is bounded: mild ones go first, severe ones stay", async (t) => {
  let raised = raise(NONE_RAISED, "engine-lost", null, lost, AT).raised;
  const changes: AlertChange[] = [];
  for (let i = 0; i < 3 * MAX_RAISED; i++) {
    const step = raise(raised, "input-stale", `cam_${i}`, lost, AT);
    raised = step.raised;
    changes.push(...step.changes);
  }
  t.equal(raised.size, MAX_RAISED);
  t.ok(raised.has("engine-lost"));
  t.ok(raised.has(`input-stale-cam_${3 * MAX_RAISED - 1}`), "of equals the oldest went");
  const standing = new Set<string>();
  for (const change of changes) {
    if (change.kind === "raised") standing.add(change.document.id);
    else standing.delete(change.id);
  }
  t.equal(standing.size, raised.size - 1, "what was pushed out is cleared at the broker too");
});

t.test("ids are topic levels whatever the subject, and alerts of things that are gone are cleared", async (t) => {
  t.match(alertId("pipeline-failed", "a/b+c#d é"), /^[a-z0-9_-]+$/);
  const one = raise(NONE_RAISED, "pipeline-failed", "people", lost, AT).raised;
  const two = raise(one, "pipeline-failed", "pressure", lost, AT).raised;
  t.same(clearOthers(two, "pipeline-failed", ["people"]).changes, [
    { kind: "cleared", id: "pipeline-failed-pressure" },
  ]);
});
