// How scales are laid out: one recipe per layout. A new layout is one entry here and one name in scene.ts.

import { chance, pick, type Random, uniform } from "../../base/random.js";
import type { LayoutName, Numerals, Ticks } from "./scene.js";

interface LayoutRecipe {
  ticks(random: Random, majors: number): Ticks;
  numerals(random: Random, ticks: Ticks, majors: number): Numerals | null;
  /** Where coloured zones lie. */
  band(ticks: Ticks): { readonly inner: number; readonly outer: number };
}

/** Many majors leave room for short texts only. */
const everyFor = (majors: number): number => (majors > 8 ? 2 : 1);

function numeralsInside(random: Random, ticks: Ticks, majors: number, sizes: readonly [number, number]): Numerals {
  const height = uniform(random, ...sizes);
  return {
    radius: ticks.radius - ticks.majorLength - height * 0.95,
    height,
    weight: uniform(random, 0.1, 0.2),
    every: everyFor(majors),
  };
}

const behindTicks = (ticks: Ticks): { inner: number; outer: number } => ({
  inner: ticks.radius - ticks.majorLength * 0.6,
  outer: ticks.radius,
});

/** Ticks from the rim inwards, with a line along them: what `classic` is and the others vary. */
function lineTicks(random: Random, majors: number): Ticks {
  return {
    majors,
    minorsPerMajor: pick(random, [2, 4, 5, 5, 10]),
    radius: uniform(random, 0.84, 0.94),
    majorLength: uniform(random, 0.1, 0.17),
    majorWidth: uniform(random, 0.016, 0.032),
    minorLength: uniform(random, 0.04, 0.08),
    minorWidth: uniform(random, 0.007, 0.014),
    minorAs: "line",
    arcWidth: chance(random, 0.6) ? uniform(random, 0.008, 0.02) : null,
  };
}

export const LAYOUT_RECIPES: Readonly<Record<LayoutName, LayoutRecipe>> = {
  classic: {
    ticks: lineTicks,
    numerals: (random, ticks, majors) => numeralsInside(random, ticks, majors, [0.1, 0.16]),
    band: behindTicks,
  },
  outside: {
    ticks: (random, majors) => ({
      ...lineTicks(random, majors),
      radius: uniform(random, 0.66, 0.74),
      arcWidth: uniform(random, 0.008, 0.016),
    }),
    numerals: (random, ticks, majors) => ({
      radius: ticks.radius + 0.13,
      height: uniform(random, 0.09, 0.13),
      weight: uniform(random, 0.1, 0.2),
      every: everyFor(majors),
    }),
    band: (ticks) => ({ inner: ticks.radius - 0.05, outer: ticks.radius }),
  },
  banded: {
    ticks: (random, majors) => ({
      ...lineTicks(random, majors),
      majorLength: uniform(random, 0.12, 0.18),
      arcWidth: null,
    }),
    numerals: (random, ticks, majors) => numeralsInside(random, ticks, majors, [0.1, 0.15]),
    band: (ticks) => ({ inner: ticks.radius - ticks.majorLength, outer: ticks.radius }),
  },
  bare: {
    ticks: (random, majors) => ({
      ...lineTicks(random, majors),
      minorsPerMajor: pick(random, [1, 2]),
      majorLength: uniform(random, 0.14, 0.22),
    }),
    numerals: () => null,
    band: behindTicks,
  },
  dense: {
    ticks: (random, majors) => ({
      ...lineTicks(random, majors),
      minorsPerMajor: 10,
      majorWidth: uniform(random, 0.012, 0.018),
      minorWidth: 0.006,
    }),
    numerals: (random, ticks, majors) => numeralsInside(random, ticks, majors, [0.08, 0.11]),
    band: (ticks) => ({ inner: ticks.radius, outer: ticks.radius + 0.04 }),
  },
  bold: {
    ticks: (random, majors) => ({
      ...lineTicks(random, majors),
      minorsPerMajor: 2,
      majorWidth: uniform(random, 0.04, 0.06),
      minorWidth: 0.02,
    }),
    numerals: (random, ticks, majors) => numeralsInside(random, ticks, majors, [0.15, 0.2]),
    band: behindTicks,
  },
  dotted: {
    ticks: (random, majors) => ({
      ...lineTicks(random, majors),
      minorAs: "dot",
      minorWidth: uniform(random, 0.016, 0.026),
      arcWidth: null,
    }),
    numerals: (random, ticks, majors) => numeralsInside(random, ticks, majors, [0.1, 0.14]),
    band: (ticks) => ({ inner: ticks.radius - 0.03, outer: ticks.radius + 0.03 }),
  },
};
