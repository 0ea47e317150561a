// Which zones a detection stands in.

import type { Box } from "../contract/result.js";
import type { Polygon, Zones } from "../contract/zone.js";

/** Where something stands: the middle of the lower edge. The middle of the box would put a tall person a metre behind the line. */
export function footOf(box: Box): readonly [x: number, y: number] {
  return [box.x + box.w / 2, box.y + box.h];
}

/** Names of the zones that hold the box's foot, in the order of the configuration. */
export function zonesOf(box: Box, zones: Zones): string[] {
  // A box may reach past the picture; its foot then counts as standing on the edge.
  const [x, y] = footOf(box).map((value) => Math.min(1, Math.max(0, value)));
  return Object.keys(zones).filter((name) => isInside(x ?? 0, y ?? 0, zones[name] ?? []));
}

/**
 * Even-odd rule: a ray to the right crosses the border an odd number of times. A point on the border is inside, since zones are
 * drawn up to the picture's edge and feet stand on it.
 */
export function isInside(x: number, y: number, polygon: Polygon): boolean {
  let inside = false;
  let [fromX, fromY] = polygon.at(-1) ?? [0, 0];
  for (const [toX, toY] of polygon) {
    if (isOnEdge(x, y, fromX, fromY, toX, toY)) return true;
    if (fromY > y !== toY > y && x < fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX)) inside = !inside;
    [fromX, fromY] = [toX, toY];
  }
  return inside;
}

/** A thousandth of a pixel of an 8K picture: rounding, not distance. */
const ON_EDGE = 1e-7;

function isOnEdge(x: number, y: number, ax: number, ay: number, bx: number, by: number): boolean {
  const cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
  if (Math.abs(cross) > ON_EDGE) return false;
  const within = (value: number, a: number, b: number) =>
    value >= Math.min(a, b) - ON_EDGE && value <= Math.max(a, b) + ON_EDGE;
  return within(x, ax, bx) && within(y, ay, by);
}
