import fc from "fast-check";
import t from "tap";
import { isAlive, pingEveryMs } from "../../src/daemon/watchdog.js";

t.test("an idle daemon is alive, however long it has been idle", async (t) => {
  fc.assert(fc.property(fc.nat(), (nowMs) => isAlive({ lastProgressAtMs: 0, waiting: 0 }, nowMs, 1000)));
  t.pass();
});

t.test("a frame that waits without any progress past the patience stops the pings", async (t) => {
  t.ok(isAlive({ lastProgressAtMs: 0, waiting: 1 }, 1000, 1000));
  t.notOk(isAlive({ lastProgressAtMs: 0, waiting: 1 }, 1001, 1000));
});

t.test("pings come three times as often as the service manager asks for", async (t) => {
  t.equal(pingEveryMs("60000000"), 20_000);
  t.equal(pingEveryMs(undefined), null);
  t.equal(pingEveryMs("nonsense"), null);
});
