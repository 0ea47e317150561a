// The needle, its shadow and its hub: one outline per needle shape, along the spoke of its angle.

import { disc, discPoints, filled, outlinePath } from "./brush.js";
import { type Point3, polar, type View } from "./camera-view.js";
import { type GaugeScene, type Needle, type NeedleShape, needleAngleDeg } from "./scene.js";

/** A corner of a needle: how far along its spoke (negative: tail), how far to its side. Both in dial radii. */
type Corner = readonly [along: number, side: number];

/** One side from tail to tip; the other is its mirror image. */
const HALF_OUTLINES: Readonly<Record<NeedleShape, (needle: Needle) => Corner[]>> = {
  tapered: ({ length, tail, width }) => [
    [-tail, width * 0.6],
    [0, width * 0.5],
    [length, 0],
  ],
  baton: ({ length, tail, width }) => [
    [-tail, width * 0.35],
    [length - width, width * 0.35],
    [length, 0],
  ],
  arrow: ({ length, tail, width }) => [
    [-tail, width * 0.25],
    [length * 0.72, width * 0.25],
    [length * 0.72, width * 0.8],
    [length, 0],
  ],
  lance: ({ length, tail, width }) => [
    [-tail, width * 0.2],
    [0, width * 0.3],
    [length * 0.45, width * 0.65],
    [length, 0],
  ],
  counterweight: ({ length, tail, width }) => [
    [-tail * 0.8, width * 0.22],
    [0, width * 0.28],
    [length, width * 0.08],
  ],
  spade: ({ length, tail, width }) => [
    [-tail, width * 0.3],
    [length * 0.6, width * 0.22],
    [length * 0.68, width * 0.95],
    [length * 0.78, width * 0.75],
    [length * 0.86, width * 0.18],
    [length, 0],
  ],
};

/** Tip of the needle in space, at a fraction (0..1) of full scale. */
export function needleTip(scene: GaugeScene, fraction: number): Point3 {
  return polar(needleAngleDeg(scene, fraction), scene.needle.length, scene.needle.height);
}

/** SVG elements of shadow, needle and hub at a fraction (0..1) of full scale. */
export function drawNeedle(scene: GaugeScene, view: View, fraction: number): string[] {
  const { needle, light } = scene;
  const angleDeg = needleAngleDeg(scene, fraction);
  const away = polar(light.fromDeg + 180, light.shadowLength);
  const elements: string[] = [];
  if (light.shadow > 0) {
    // Two layers stand for a soft edge: a real blur costs more than the whole rest of the picture.
    for (const share of [0.8, 1.1]) {
      const offset = { x: away.x * share, y: away.y * share, z: 0 };
      elements.push(
        filled(outlinePath(view, needleOutlines(scene, angleDeg, offset)), { fill: "#000", opacity: light.shadow / 2 }),
      );
    }
  }
  const lifted = { x: 0, y: 0, z: needle.height };
  for (const outline of needleOutlines(scene, angleDeg, lifted)) {
    elements.push(filled(outlinePath(view, [outline]), { fill: needle.color }));
  }
  elements.push(disc(view, lifted, needle.hubRadius * 1.12, { fill: "#000", opacity: 0.35 }));
  elements.push(disc(view, lifted, needle.hubRadius, { fill: needle.hubColor }));
  elements.push(
    disc(view, { x: -0.012, y: -0.014, z: needle.height }, needle.hubRadius * 0.45, { fill: "#fff", opacity: 0.22 }),
  );
  return elements;
}

function needleOutlines(scene: GaugeScene, angleDeg: number, offset: Point3): Point3[][] {
  const { needle, style } = scene;
  const along = polar(angleDeg, 1);
  const place = ([forward, side]: Corner): Point3 => ({
    x: offset.x + along.x * forward - along.y * side,
    y: offset.y + along.y * forward + along.x * side,
    z: offset.z,
  });
  const half = HALF_OUTLINES[style.needle](needle);
  const mirrored = [...half].reverse().map(([forward, side]): Corner => [forward, -side]);
  const outlines = [[...half, ...mirrored].map(place)];
  if (style.needle === "counterweight") outlines.push(discPoints(place([-needle.tail * 0.75, 0]), needle.width * 0.95));
  return outlines;
}
