import t from "tap";
import { budgetTrouble } from "../../../src/engine/child/residency.js";
import { tinySpecs } from "../../support/engine-room.js";

t.test("variants are held while the budget lasts, and the first of each package always", async (t) => {
  const [a1, a2] = await tinySpecs(t, "a", [
    { name: "one", gain: 1 },
    { name: "two", gain: 1 },
  ]);
  const [b1] = await tinySpecs(t, "b", [{ name: "one", gain: 1 }]);
  if (a1 === undefined || a2 === undefined || b1 === undefined) throw new Error("no variants");
  const RSS = 1000;
  t.equal(budgetTrouble(a1, [], RSS, 1), null, "a pipeline that answers past the budget is better than none");
  t.equal(budgetTrouble(a2, [a1], RSS, RSS + a2.bytes), null);
  t.equal(budgetTrouble(b1, [a1, a2], RSS, 1), null);
  const refused = budgetTrouble(a2, [a1, b1], RSS, RSS + a2.bytes - 1);
  t.match(refused, { code: "variant-not-resident", where: /model.yaml/, remedy: /engine\.memory/ });
});
