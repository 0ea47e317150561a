import fc from "fast-check";
import t from "tap";
import { nextDueAfter, spacingMs } from "../../src/scheduler/rate.js";

t.test("no limit is no spacing, five frames a second are 200 ms", async (t) => {
  t.equal(spacingMs(null), 0);
  t.equal(spacingMs(5), 200);
  t.equal(nextDueAfter(Number.NEGATIVE_INFINITY, 1000, 0), 1000, "without a limit the next may start at once");
});

t.test("starts that are a little late keep the average exactly", async (t) => {
  let due = 0;
  for (let i = 0; i < 1000; i++) due = nextDueAfter(due, due + (i % 7) * 10, 200);
  t.equal(due, 200_000, "a thousand frames at up to 60 ms late still took a thousand spacings");
});

t.test("any window of n spacings holds at most n + 1 starts, however late each one is", async () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 2, maxLength: 60 }),
      (fps, lateness) => {
        const spacing = spacingMs(fps);
        const starts: number[] = [];
        let due = Number.NEGATIVE_INFINITY;
        for (const late of lateness) {
          const now = Math.max(due, 0) + late * spacing;
          starts.push(now);
          due = nextDueAfter(due, now, spacing);
        }
        for (let i = 0; i < starts.length; i++) {
          for (let n = 1; i + n + 1 < starts.length; n++) {
            // n + 2 starts must not fit into n spacings; the hair is for the rounding of sums.
            const span = (starts[i + n + 1] ?? 0) - (starts[i] ?? 0);
            if (span <= n * spacing - 1e-6) return false;
          }
        }
        return true;
      },
    ),
  );
});
