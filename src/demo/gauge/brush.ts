// Shapes on the dial to SVG elements in the picture: each point goes through the camera. Knows SVG, not gauges.

import { type Point2, type Point3, polar, type View } from "./camera-view.js";

/** A ring segment or circle is drawn with a corner every so many degrees: the error stays below a tenth of a pixel at 1080p. */
const CORNER_EVERY_DEG = 4;

/** Paint of a filled shape. `fill` is a colour or `url(#gradient)`. */
export interface Paint {
  readonly fill: string;
  readonly opacity?: number;
}

/** A tenth of a pixel is finer than the raster shows, and keeps the text short. */
const tenths = (value: number): string => String(Math.round(value * 10) / 10);
const pair = (point: Point2): string => `${tenths(point.x)} ${tenths(point.y)}`;

/** Path data of closed outlines; overlapping ones cut holes (even-odd rule). */
export function outlinePath(view: View, outlines: readonly (readonly Point3[])[]): string {
  return outlines.map((outline) => `M${outline.map((point) => pair(view.project(point))).join("L")}Z`).join("");
}

/** A filled shape with straight edges. */
export function polygon(view: View, points: readonly Point3[], paint: Paint): string {
  return filled(outlinePath(view, [points]), paint);
}

/** A ring between two radii, or a full disc where `inner` is 0; angles in degrees clockwise from twelve o'clock. */
export function ring(
  view: View,
  part: { inner: number; outer: number; fromDeg?: number; toDeg?: number; z?: number },
  paint: Paint,
): string {
  const { inner, outer, fromDeg = 0, toDeg = 360, z = 0 } = part;
  const isWhole = toDeg - fromDeg >= 360;
  const outside = arcPoints(outer, fromDeg, toDeg, z);
  if (inner <= 0) return filled(outlinePath(view, [outside]), paint);
  const inside = arcPoints(inner, fromDeg, toDeg, z);
  return filled(outlinePath(view, isWhole ? [outside, inside] : [[...outside, ...inside.reverse()]]), paint);
}

/** A small disc at any place of the dial: dots, screws, hubs. */
export function disc(view: View, middle: Point3, radius: number, paint: Paint): string {
  return polygon(view, discPoints(middle, radius), paint);
}

export function discPoints(middle: Point3, radius: number): Point3[] {
  return arcPoints(radius, 0, 360, 0, 15).map((p) => ({ x: middle.x + p.x, y: middle.y + p.y, z: middle.z }));
}

/** A stroke of a pen, round at its ends; `width` in dial radii. */
export function penStroke(view: View, points: readonly Point3[], width: number, color: string): string {
  const first = points[0];
  if (first === undefined) return "";
  const path = points.map((point) => pair(view.project(point))).join("L");
  const widthPx = Math.max(0.6, width * view.scaleAt(first));
  return `<path d="M${path}" fill="none" stroke="${color}" stroke-width="${tenths(widthPx)}" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** Points along an arc, both ends included. */
export function arcPoints(
  radius: number,
  fromDeg: number,
  toDeg: number,
  z = 0,
  everyDeg = CORNER_EVERY_DEG,
): Point3[] {
  const steps = Math.max(1, Math.ceil((toDeg - fromDeg) / everyDeg));
  return Array.from({ length: steps + 1 }, (_, i) => polar(fromDeg + ((toDeg - fromDeg) * i) / steps, radius, z));
}

/** A rectangle along a spoke: from `inner` to `outer` at the angle, `width` across. */
export function spoke(angleDeg: number, inner: number, outer: number, width: number): Point3[] {
  const middle = polar(angleDeg, 1);
  const [acrossX, acrossY] = [(-middle.y * width) / 2, (middle.x * width) / 2];
  const corner = (radius: number, side: number): Point3 => ({
    x: middle.x * radius + side * acrossX,
    y: middle.y * radius + side * acrossY,
    z: 0,
  });
  return [corner(inner, -1), corner(outer, -1), corner(outer, 1), corner(inner, 1)];
}

export function filled(path: string, paint: Paint): string {
  const opacity = paint.opacity === undefined ? "" : ` fill-opacity="${Math.round(paint.opacity * 100) / 100}"`;
  return `<path d="${path}" fill="${paint.fill}"${opacity} fill-rule="evenodd"/>`;
}
