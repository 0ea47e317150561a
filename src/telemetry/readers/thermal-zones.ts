// Temperatures by the name that the kernel gives the sensor (/sys/class/thermal/thermal_zone*/type): numbers of zones change
// between boots and releases (BOARDS.md).

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readText } from "./read-text.js";

/** No board lives outside; -256 is what Jetson's gated sensors show, 255 and more is a bus that answers nothing but ones. */
const COLDEST_C = -60;
const HOTTEST_C = 200;
/** More zones than any board has; a tree that is wrong must not keep us reading. */
const MAX_ZONES = 64;

/** Degrees Celsius by sensor name; null where the sensor gives none now. A name that comes again gets `-2`, `-3`. */
export async function readThermalZones(root: string): Promise<Readonly<Record<string, number | null>>> {
  const directory = join(root, "sys/class/thermal");
  const zones = (await readdir(directory).catch(() => []))
    .filter((name) => /^thermal_zone\d+$/.test(name))
    .sort((a, b) => zoneNumber(a) - zoneNumber(b))
    .slice(0, MAX_ZONES);
  const readings = await Promise.all(
    zones.map(async (zone) => ({
      type: await readText(join(directory, zone, "type")),
      temp: await readText(join(directory, zone, "temp")),
    })),
  );
  const temperaturesC = new Map<string, number | null>();
  for (const { type, temp } of readings) {
    // A zone without a name can't be told from another one tomorrow.
    if (type !== null) temperaturesC.set(freeName(type, temperaturesC), parseMilliCelsius(temp));
  }
  return Object.fromEntries(temperaturesC);
}

/** Thousandths of a degree as the kernel writes them; null for anything that can't be a board's temperature. */
export function parseMilliCelsius(text: string | null): number | null {
  if (text === null || !/^-?\d{1,9}$/.test(text)) return null;
  const tempC = Number(text) / 1000;
  return tempC > COLDEST_C && tempC < HOTTEST_C ? tempC : null;
}

function freeName(type: string, taken: ReadonlyMap<string, unknown>): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? type : `${type}-${i}`;
    if (!taken.has(name)) return name;
  }
}

function zoneNumber(name: string): number {
  return Number(name.slice("thermal_zone".length));
}
