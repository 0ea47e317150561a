// binary16 against its definition: every half, every middle between two, and any float.

import fc from "fast-check";
import t from "tap";
import { halfBits, halfValue, roundHalfEven } from "../../../src/kernels/twin/half.js";

const FINITE_HALVES = Array.from({ length: 0x7c00 }, (_, bits) => bits);

t.test("every half comes back from its own value, with its sign", async (t) => {
  const lost = FINITE_HALVES.filter(
    (bits) => halfBits(halfValue(bits)) !== bits || halfBits(-halfValue(bits)) !== (bits | 0x8000),
  );
  t.same(lost, []);
});

t.test("the middle between two halves goes to the even one, a hair beside it to the nearer one", async (t) => {
  const wrong = FINITE_HALVES.slice(0, -1).filter((bits) => {
    const [low, high] = [halfValue(bits), halfValue(bits + 1)];
    const middle = (low + high) / 2;
    const hair = (high - low) / 64;
    const even = bits % 2 === 0 ? bits : bits + 1;
    return halfBits(middle) !== even || halfBits(middle - hair) !== bits || halfBits(middle + hair) !== bits + 1;
  });
  t.same(wrong, []);
});

t.test("past the largest half is infinity, NaN stays NaN", async (t) => {
  t.equal(halfBits(65_504), 0x7bff);
  t.equal(halfBits(65_519), 0x7bff);
  t.equal(halfBits(65_520), 0x7c00);
  t.equal(halfBits(Number.NEGATIVE_INFINITY), 0xfc00);
  t.ok(Number.isNaN(halfValue(halfBits(Number.NaN))));
  t.equal(halfValue(0xfc00), Number.NEGATIVE_INFINITY);
});

t.test("rounding goes to the nearest integer, ties to even", async (t) => {
  t.same(
    [0.5, 1.5, 2.5, -0.5, -1.5, -2.5].map((x) => roundHalfEven(x) + 0),
    [0, 2, 2, 0, -2, -2],
  );
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (x) => {
      const rounded = roundHalfEven(x);
      return Number.isInteger(rounded) && Math.abs(rounded - x) <= 0.5;
    }),
  );
});
