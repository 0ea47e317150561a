// The bytes that the poisoned engine falls to, and pictures that hold them.

export const KILL_MARK = "poison:kill";
export const HANG_MARK = "poison:hang";

/** A good picture with something behind its end mark. */
export function poisoned(jpeg: Buffer, mark: string): Buffer {
  return Buffer.concat([jpeg, Buffer.from(mark)]);
}
