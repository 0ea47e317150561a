// One look at the board: what its sensors say now. Whatever can't be read is null; nothing here decides or remembers.

import { readLoad1 } from "./readers/load.js";
import { type Memory, readMemory } from "./readers/memory.js";
import { readThermalZones } from "./readers/thermal-zones.js";

export interface BoardSample {
  /** The highest of the temperatures that tell the board's heat; null where there is none. */
  readonly hottestC: number | null;
  /** By sensor name; null where the sensor gives none now. */
  readonly temperaturesC: Readonly<Record<string, number | null>>;
  /** Over the last minute; more than the number of cores means that work waits. */
  readonly load1: number | null;
  readonly memory: Memory | null;
}

/** Jetson Nano, TX2 and Xavier show a constant 100 C here: the PMIC has a trip, but no thermometer. */
const NO_THERMOMETERS: ReadonlySet<string> = new Set(["PMIC-Die"]);

/**
 * @param root `/`, or a directory with the same tree: a recorded or simulated board
 * @returns within about a second, even where sensors hang
 */
export async function sampleBoard(root: string): Promise<BoardSample> {
  const [temperaturesC, memory, load1] = await Promise.all([readThermalZones(root), readMemory(root), readLoad1(root)]);
  return { hottestC: hottestC(temperaturesC), temperaturesC, load1, memory };
}

function hottestC(temperaturesC: Readonly<Record<string, number | null>>): number | null {
  const known = Object.entries(temperaturesC).flatMap(([name, tempC]) =>
    tempC === null || NO_THERMOMETERS.has(name) ? [] : [tempC],
  );
  return known.length === 0 ? null : Math.max(...known);
}
