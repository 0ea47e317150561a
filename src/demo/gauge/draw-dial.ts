// What is printed on the dial: face, zones, ticks, numerals, caption.

import { arcPoints, disc, penStroke, polygon, ring, spoke } from "./brush.js";
import { type Point3, polar, type View } from "./camera-view.js";
import { textStrokes } from "./glyphs.js";
import { type GaugeScene, needleAngleDeg, valueAt } from "./scene.js";

/** SVG elements from the bottom up. */
export function drawDial(scene: GaugeScene, view: View): string[] {
  const { dial } = scene;
  const elements = [ring(view, { inner: 0, outer: 1 }, { fill: dial.face })];
  if (dial.innerRing !== null) elements.push(ring(view, { inner: 0.965, outer: 0.985 }, { fill: dial.innerRing }));
  for (const zone of scene.zones) {
    const angles = { fromDeg: needleAngleDeg(scene, zone.from), toDeg: needleAngleDeg(scene, zone.to) };
    elements.push(ring(view, { inner: zone.inner, outer: zone.outer, ...angles }, { fill: zone.color }));
  }
  return [...elements, ...drawTicks(scene, view), ...drawNumerals(scene, view), ...drawCaption(scene, view)];
}

function drawTicks(scene: GaugeScene, view: View): string[] {
  const { ticks, dial } = scene;
  const { startDeg, spanDeg } = scene.sweep;
  const elements: string[] = [];
  if (ticks.arcWidth !== null) {
    const part = {
      inner: ticks.radius - ticks.arcWidth,
      outer: ticks.radius,
      fromDeg: startDeg,
      toDeg: startDeg + spanDeg,
    };
    elements.push(ring(view, part, { fill: dial.ink }));
  }
  const count = ticks.majors * ticks.minorsPerMajor;
  for (let i = 0; i <= count; i++) {
    const angleDeg = needleAngleDeg(scene, i / count);
    const isMajor = i % ticks.minorsPerMajor === 0;
    if (!isMajor && ticks.minorAs === "dot") {
      elements.push(disc(view, polar(angleDeg, ticks.radius - ticks.minorWidth), ticks.minorWidth, { fill: dial.ink }));
      continue;
    }
    const length = isMajor ? ticks.majorLength : ticks.minorLength;
    const width = isMajor ? ticks.majorWidth : ticks.minorWidth;
    elements.push(polygon(view, spoke(angleDeg, ticks.radius - length, ticks.radius, width), { fill: dial.ink }));
  }
  return elements;
}

function drawNumerals(scene: GaugeScene, view: View): string[] {
  const { numerals, ticks, scale } = scene;
  if (numerals === null) return [];
  const elements: string[] = [];
  for (let i = 0; i <= ticks.majors; i += numerals.every) {
    const fraction = i / ticks.majors;
    const middle = polar(needleAngleDeg(scene, fraction), numerals.radius);
    elements.push(...drawText(scene, view, numeralText(valueAt(scale, fraction)), middle, numerals));
  }
  return elements;
}

/** As short as the value allows: 2.5 stays, 4.0 becomes 4. */
function numeralText(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function drawCaption(scene: GaugeScene, view: View): string[] {
  const { caption } = scene;
  return caption === null ? [] : drawText(scene, view, caption.text, { x: 0, y: caption.y, z: 0 }, caption);
}

function drawText(
  scene: GaugeScene,
  view: View,
  text: string,
  middle: Point3,
  pen: { readonly height: number; readonly weight: number },
): string[] {
  // Four figures shrink: on a real face, too, long numbers are set smaller to clear the ticks.
  const height = pen.height * (text.length > 3 ? 0.8 : 1);
  return textStrokes(text).map((stroke) => {
    const points = stroke.map(([x, y]) => ({ x: middle.x + x * height, y: middle.y + y * height, z: 0 }));
    return penStroke(view, points, pen.weight * height, scene.dial.ink);
  });
}

/** Outline of the glass, for what must stay inside the bezel. */
export function glassOutline(): Point3[] {
  return arcPoints(1, 0, 360);
}
