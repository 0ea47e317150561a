// How raw pixels are laid out, from what the configuration and the message say. Pure.

import type { RawFormat } from "../contract/frame.js";

const CHANNELS: Readonly<Record<RawFormat["format"], number>> = { rgb: 3, bgr: 3, rgba: 4, gray: 1 };
/** The largest side that JPEG and PNG decoders take as well; its square still is a safe integer. */
const MAX_SIDE = 65_535;

/** Bytes of a whole picture; rows have no padding. */
export function rawBytes({ format, width, height }: RawFormat): number {
  return width * height * CHANNELS[format];
}

/** Each of the three from the message where it says so, else from the configuration; null where one is missing or makes no sense. */
export function declaredRaw(said: Readonly<Record<string, unknown>>, configured: RawFormat | null): RawFormat | null {
  const format = said.format === undefined ? configured?.format : formatOf(said.format);
  const width = said.width === undefined ? configured?.width : sideOf(said.width);
  const height = said.height === undefined ? configured?.height : sideOf(said.height);
  return format == null || width == null || height == null ? null : { format, width, height };
}

function formatOf(value: unknown): RawFormat["format"] | null {
  return typeof value === "string" && Object.hasOwn(CHANNELS, value) ? (value as RawFormat["format"]) : null;
}

function sideOf(value: unknown): number | null {
  // User properties are text; JSON may hold either.
  const side = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof side === "number" && Number.isInteger(side) && side >= 1 && side <= MAX_SIDE ? side : null;
}
