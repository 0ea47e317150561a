// Quantities in the configuration: written with their unit or as a plain number in the unit that the key's type names.

import { z } from "zod";
import { DURATION, parseQuantity, SIZE } from "../../base/units.js";

/** Milliseconds. */
export type Millis = number;
/** Bytes. */
export type Bytes = number;

type Family = typeof DURATION;

interface Kind {
  readonly family: Family;
  readonly title: string;
  /** For editors: the same that parseQuantity takes, as a regular expression. */
  readonly pattern: string;
  readonly plainUnit: string;
}

const DURATIONS: Kind = {
  family: DURATION,
  title: "a duration such as 5s or 30min; a plain number is milliseconds",
  pattern: patternOf(DURATION),
  plainUnit: "ms",
};
const SIZES: Kind = {
  family: SIZE,
  title: "a size such as 512MiB; a plain number is bytes",
  pattern: patternOf(SIZE),
  plainUnit: "B",
};

/** Both ends are written as a person would: they stand in messages. */
export interface Bounds {
  readonly atLeast: string;
  readonly atMost: string;
}

/** Parsed to milliseconds. */
export function duration(bounds: Bounds) {
  return quantity(DURATIONS, bounds);
}

/** Parsed to bytes. */
export function size(bounds: Bounds) {
  return quantity(SIZES, bounds);
}

function patternOf(family: Family): string {
  return `^\\s*\\d+(\\.\\d+)?\\s*(${Object.keys(family.factors).join("|")})\\s*$`;
}

function quantity(kind: Kind, bounds: Bounds) {
  const low = known(bounds.atLeast, kind.family);
  const high = known(bounds.atMost, kind.family);
  const text = z.string().meta({ title: kind.title, pattern: kind.pattern });
  const plain = z.number().nonnegative().meta({ title: kind.title });
  return z.union([text, plain]).transform((written, context): number => {
    const read = typeof written === "number" ? written : parseQuantity(written, kind.family);
    const reject = (what: string, remedy: string): never => {
      context.issues.push({ code: "custom", message: what, params: { remedy }, input: written });
      return z.NEVER;
    };
    if (typeof read !== "number" && !read.ok) return reject(read.trouble.what, read.trouble.remedy);
    const amount = typeof read === "number" ? read : read.value;
    if (amount >= low && amount <= high) return amount;
    const shown = typeof written === "number" ? `${written} ${kind.plainUnit}` : written;
    // A plain number is most often meant in a larger unit: `keepalive: 30`.
    const advice = typeof written === "number" ? `; a plain number is in ${kind.plainUnit}` : "";
    return reject(
      `${shown} is ${amount < low ? "less than" : "more than"} ${amount < low ? bounds.atLeast : bounds.atMost}`,
      `write ${bounds.atLeast} to ${bounds.atMost}${advice}`,
    );
  });
}

/** A bound of our own schema: one that cannot be read is our mistake. */
function known(text: string, family: Family): number {
  const read = parseQuantity(text, family);
  if (!read.ok) throw new RangeError(read.trouble.what);
  return read.value;
}
