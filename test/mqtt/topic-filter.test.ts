import fc from "fast-check";
import t from "tap";
import { filterCovers, filterMatches, uncovered } from "../../src/mqtt/topic-filter.js";

t.test("filters match as MQTT 5, 4.7 says", async (t) => {
  const yes = [
    ["a/#", "a"],
    ["a/#", "a/b/c"],
    ["+/b", "/b"],
    ["#", "a/b"],
    ["a/+", "a/"],
    ["$SYS/#", "$SYS/x"],
  ] as const;
  const no = [
    ["a/+", "a"],
    ["a/+", "a/b/c"],
    ["+", "/b"],
    ["#", "$SYS/x"],
    ["+/x", "$SYS/x"],
    ["a/#", "ab"],
    ["a", "a/b"],
  ] as const;
  for (const [filter, topic] of yes) t.ok(filterMatches(filter, topic), `${filter} matches ${topic}`);
  for (const [filter, topic] of no) t.notOk(filterMatches(filter, topic), `${filter} does not match ${topic}`);
});

const level = fc.constantFrom("a", "b", "+", "");
const filter = fc
  .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all ? ["#"] : [])].join("/"));
const topic = fc.array(fc.constantFrom("a", "b", ""), { minLength: 1, maxLength: 5 }).map((levels) => levels.join("/"));

t.test("a filter that covers another matches all that the other does", async () => {
  fc.assert(
    fc.property(filter, filter, topic, (outer, inner, one) => {
      return !(filterCovers(outer, inner) && filterMatches(inner, one)) || filterMatches(outer, one);
    }),
    // The premise holds in about one case of a hundred.
    { numRuns: 5000 },
  );
});

t.test("what stays uncovered matches just what all of them do, and no two say the same", async () => {
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 6 }), topic, (filters, one) => {
      const left = uncovered(filters);
      const same = filters.some((each) => filterMatches(each, one)) === left.some((each) => filterMatches(each, one));
      return same && left.every((a) => left.every((b) => a === b || !filterCovers(a, b)));
    }),
  );
});
