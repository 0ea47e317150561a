import t from "tap";
import { chooseProtocol, NOTHING_KNOWN, remember } from "../../src/mqtt/protocol-choice.js";

t.test("5 comes first, and a set version is never left", async (t) => {
  t.equal(chooseProtocol("auto", NOTHING_KNOWN), "5");
  const old = remember(NOTHING_KNOWN, "5", "refused-version");
  t.equal(chooseProtocol("auto", old), "3.1.1");
  t.equal(chooseProtocol("5", old), "5");
  t.equal(chooseProtocol("3.1.1", NOTHING_KNOWN), "3.1.1");
});

t.test("a server that once took 5 and now hangs up is restarting, not old", async (t) => {
  const known = remember(NOTHING_KNOWN, "5", "accepted");
  t.equal(chooseProtocol("auto", remember(known, "5", "hung-up")), "5");
  t.equal(chooseProtocol("auto", remember(known, "5", "other")), "5");
  t.equal(chooseProtocol("auto", remember(known, "5", "refused-version")), "3.1.1", "its own words count");
});

t.test("a guess is tried anew, a refusal is remembered", async (t) => {
  const guessed = remember(NOTHING_KNOWN, "5", "hung-up");
  t.equal(chooseProtocol("auto", guessed), "3.1.1");
  for (const end of ["accepted", "hung-up", "other"] as const) {
    t.equal(chooseProtocol("auto", remember(guessed, "3.1.1", end)), "5", end);
  }
  const refused = remember(NOTHING_KNOWN, "5", "refused-version");
  t.equal(chooseProtocol("auto", remember(refused, "3.1.1", "accepted")), "3.1.1");
  t.equal(chooseProtocol("auto", remember(refused, "3.1.1", "other")), "3.1.1");
  t.equal(
    chooseProtocol("auto", remember(refused, "3.1.1", "refused-version")),
    "5",
    "refused in both: all is open again",
  );
});
