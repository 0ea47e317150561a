// Quantities as people write them (`5s`, `80C`, `512MiB`) to plain numbers in one unit each, and back.

import { fail, ok, type Result } from "./result.js";

/** A family of units: factors into the one unit that the program uses. */
interface UnitFamily {
  readonly name: string;
  readonly factors: Readonly<Record<string, number>>;
  readonly example: string;
}

const SECOND_MS = 1000;
const KIBI = 1024;

/** Durations, into milliseconds. */
export const DURATION: UnitFamily = {
  name: "duration",
  factors: { ms: 1, s: SECOND_MS, min: 60 * SECOND_MS, h: 3600 * SECOND_MS, d: 86_400 * SECOND_MS },
  example: "5s, 30min",
};
/** Sizes, into bytes. Binary prefixes and the decimal ones, since both are written on data sheets. */
export const SIZE: UnitFamily = {
  name: "size",
  factors: { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: KIBI, MiB: KIBI ** 2, GiB: KIBI ** 3 },
  example: "512MiB",
};
/** Temperatures, into degrees Celsius. */
export const TEMPERATURE: UnitFamily = { name: "temperature", factors: { C: 1 }, example: "80C" };
/** Powers, into watts. */
export const POWER: UnitFamily = { name: "power", factors: { mW: 1e-3, W: 1 }, example: "10W" };

/**
 * Reads `text` as a number followed by a unit of the family.
 * @returns the quantity in the family's unit; a failure names the units that are known. Negative numbers only pass for temperatures.
 */
export function parseQuantity(text: string, family: UnitFamily): Result<number> {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$/.exec(text);
  const factor = match?.[2] === undefined ? undefined : family.factors[match[2]];
  const amount = Number(match?.[1]);
  if (factor === undefined || !Number.isFinite(amount) || (amount < 0 && family !== TEMPERATURE)) {
    return fail({
      code: "not-a-quantity",
      where: text,
      what: `"${text}" is not a ${family.name}`,
      remedy: `write a number and one of ${Object.keys(family.factors).join(", ")}, for example ${family.example}`,
    });
  }
  return ok(amount * factor);
}
