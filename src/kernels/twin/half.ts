// IEEE 754 binary16 by hand: the oldest Node that we run on has no Float16Array.

const floatView = new Float32Array(1);
const bitView = new Uint32Array(floatView.buffer);

/** Bits of the half nearest to `value`, ties to even; too large becomes infinity, NaN stays NaN. */
export function halfBits(value: number): number {
  floatView[0] = value;
  const bits = bitView[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is the first float that rounds to infinity: half a step above the largest half, 65504.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // 2^-14 is the smallest normal half: below it the step no longer shrinks, it is 2^-24.
  if (magnitude < 0x38800000) return sign | roundHalfEven(Math.abs(value) * 2 ** 24);
  // Exponent bias from 127 to 15, then 13 bits of the fraction go; a carry out of it raises the exponent, as it should.
  const kept = magnitude - 0x38000000;
  const tail = kept & 0x1fff;
  const half = kept >>> 13;
  return sign | (tail > 0x1000 || (tail === 0x1000 && (half & 1) === 1) ? half + 1 : half);
}

/** Value of a half given as its bits. */
export function halfValue(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Nearest integer, ties to even: what the hardware's default rounding mode does, and what quantised models are made with. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
