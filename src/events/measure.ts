// Numbers for hubs: rounded to what the range can tell apart, and published anew only when they moved enough to matter.

import type { ValueScale } from "../contract/variant.js";

/** Steps of the range that are worth showing: a gauge is read to about a hundredth, so a thousandth loses nothing. */
const STEPS = 1000;
/** Share of the range that a value must move: half of the error of a good reader, so that noise is no news. */
export const CHANGE_SHARE = 0.005;
/** Where no range is known: share of the value itself … */
const RELATIVE_CHANGE = 0.01;
/** … and significant digits. */
const DIGITS = 6;

/** The width of the scale, or null where it is open. */
export function rangeOf(scale: ValueScale | null): number | null {
  if (scale === null || scale.min === null || scale.max === null) return null;
  const range = Math.abs(scale.max - scale.min);
  return range > 0 && Number.isFinite(range) ? range : null;
}

/** Decimals that tell `steps` steps of the range apart, 0 to 6. */
export function decimalsFor(range: number, steps: number): number {
  return Math.min(6, Math.max(0, -Math.floor(Math.log10(range / steps))));
}

export function roundedValue(value: number, range: number | null): number {
  if (!Number.isFinite(value)) return value;
  return range === null ? Number(value.toPrecision(DIGITS)) : Number(value.toFixed(decimalsFor(range, STEPS)));
}

export function hasMoved(value: number, published: number | undefined, range: number | null): boolean {
  if (published === undefined) return true;
  const enough = range === null ? Math.abs(published) * RELATIVE_CHANGE : range * CHANGE_SHARE;
  const moved = Math.abs(value - published);
  return moved > 0 && moved >= enough;
}
