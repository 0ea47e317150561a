import fc from "fast-check";
import t from "tap";
import { matchedLevels, nameOfMatch } from "../../src/inputs/wildcard.js";

t.test("a plus stands for one level, whatever is in it", async (t) => {
  t.same(matchedLevels("cameras/+/jpeg", "cameras/porch/jpeg"), ["porch"]);
  t.same(matchedLevels("+/+", "a/"), ["a", ""]);
  t.same(matchedLevels("a/b", "a/b"), []);
  for (const topic of ["cameras/jpeg", "cameras/a/b/jpeg", "cameras/a/png", "/cameras/a/jpeg"]) {
    t.equal(matchedLevels("cameras/+/jpeg", topic), null, topic);
  }
  t.equal(matchedLevels("+/a", "$SYS/a"), null);
});

t.test("the name says what matched", async (t) => {
  const name = (levels: string[], ...taken: string[]) => nameOfMatch("cam", levels, (one) => taken.includes(one));
  t.equal(name(["porch"]), "cam_porch");
  t.equal(name(["Büro 2", "OG"]), "cam_buro-2_og");
  t.equal(name(["", "日本"]), "cam_unnamed_unnamed");
  t.equal(name(["x".repeat(200)]).length, 64);
  t.match(name(["Porch"], "cam_porch"), /^cam_porch-[0-9a-f]{4}$/, "one that is taken gets a digest");
  t.equal(name(["Porch"], "cam_porch"), name(["Porch"], "cam_porch", "other"), "always the same");
});

t.test("any levels give a name that names may be, and never one that is taken", async () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (levels) => {
      const first = nameOfMatch("cam", levels, () => false);
      const second = nameOfMatch("cam", levels, (name) => name === first);
      return first !== second && [first, second].every((name) => /^[a-z0-9][a-z0-9_-]{0,63}$/.test(name));
    }),
  );
});
