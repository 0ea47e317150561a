// Chance as an argument: a seeded generator for demos, training data and tests. Same seed, same numbers, on every machine.
// Not for secrets or ids: anyone who sees a few numbers can tell the rest.

/** The next number of a sequence, uniform in [0, 1). */
export type Random = () => number;

/**
 * A generator with 32 bits of state (Mulberry32 by Tommy Ettinger, public domain). Small and fast; its period of 2^32 is far past
 * what one picture or one demo draws.
 * @param seed any integer; neighbouring seeds give unrelated sequences
 */
export function seededRandom(seed: number): Random {
  // Mixed first (the finaliser of MurmurHash3): the generator only adds a constant per step, so raw seeds 1, 2, 3 would be
  // three windows on one sequence.
  let state = mixBits(seed | 0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function mixBits(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Uniform in [low, high). */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** A whole number in [low, high], both ends included. */
export function integerBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** True with the given probability (0..1). */
export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** One entry of the list, each as likely as the others. An empty list is the caller's mistake. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const entry = list[Math.floor(random() * list.length)];
  if (entry === undefined) throw new RangeError("pick: the list is empty");
  return entry;
}

/** Normal with mean 0 and deviation 1 (Box and Muller, 1958). */
export function gaussian(random: Random): number {
  // 1 - u: the logarithm of zero has to stay out of reach, and u can be 0 but never 1.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
