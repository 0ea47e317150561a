import t from "tap";
import { Suspects } from "../../../src/engine/host/suspects.js";

t.test("a frame in the run when the engine crashes or hangs is barred at once", async (t) => {
  for (const end of ["crash", "hang"] as const) {
    const suspects = new Suspects();
    t.equal(suspects.judge(end, "digest", 100), "barred", end);
    t.ok(suspects.isBarred("digest"));
    t.ok(suspects.mayBar(100), "payloads of this length need a digest");
    t.notOk(suspects.mayBar(101), "others do not");
  }
});

t.test("a kill from outside gives an equal frame one more chance, then no more", async (t) => {
  const suspects = new Suspects();
  t.equal(suspects.judge("outside", "digest", 100), "suspect");
  t.notOk(suspects.isBarred("digest"));
  t.equal(suspects.judge("outside", "digest", 100), "barred");
  t.ok(suspects.isBarred("digest"));
});

t.test("a stopped process or an end that we asked for is no frame's fault", async (t) => {
  const suspects = new Suspects();
  for (const end of ["stopped", "asked", "load-timeout"] as const)
    t.equal(suspects.judge(end, "digest", 100), "innocent");
  t.notOk(suspects.mayBar(100), "nothing is remembered");
});

t.test("only so many digests are remembered, and lengths are forgotten with them", async (t) => {
  const suspects = new Suspects();
  for (let length = 1; length <= 300; length++) suspects.judge("crash", `digest ${length}`, length);
  t.notOk(suspects.isBarred("digest 1"), "the oldest went");
  t.notOk(suspects.mayBar(1));
  t.ok(suspects.isBarred("digest 300"));
  t.ok(suspects.mayBar(300));
});
