// A picture with its detections drawn: the JPEG of an event. Only for people to look at; nothing reads it back.

import type { Matrix3x3 } from "sharp";
import { fail, ok, type Result } from "../base/result.js";
import { thrownText } from "../base/trouble.js";
import type { Detection } from "../contract/result.js";
import { badPicture, openPicture, type PictureSource } from "./decode.js";
import { loadSharp } from "./load-sharp.js";

/** Longest side in pixels: what a phone shows, and what an MQTT message carries without trouble. */
const MAX_SIDE = 1280;
const JPEG_QUALITY = 80;
/** More boxes than this are a swarm, and cost time to draw. */
const MAX_DRAWN = 100;
/** The engine checked the size of this very picture when it answered; this bound only holds where nothing was answered. */
const MAX_PIXELS = 50_000_000;
/** Told apart by hue and by lightness, so that they also differ for the colour-blind (Okabe and Ito, 2008). */
const COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"];

/** @returns a JPEG, upright, its longest side at most 1280 pixels */
export async function annotatePicture(
  source: PictureSource,
  detections: readonly Detection[],
): Promise<Result<Uint8Array>> {
  const sharp = await loadSharp();
  const opened = openPicture(sharp, source, MAX_PIXELS, false);
  if (!opened.ok) return opened;
  const { image, width, height } = opened.value;
  const shrink = Math.min(1, MAX_SIDE / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * shrink)), height: Math.max(1, Math.round(height * shrink)) };
  try {
    image.resize(size.width, size.height, { fit: "fill" }).toColourspace("srgb");
    // sharp reads BGR as RGB: swapped back here, while the picture is small.
    if (source.raw?.format === "bgr") image.recomb(SWAP_RED_AND_BLUE);
    const overlay = Buffer.from(overlaySvg(detections.slice(0, MAX_DRAWN), size));
    const pixels = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const { channels } = pixels.info;
    const drawn = sharp(pixels.data, { raw: { ...size, channels } }).composite([{ input: overlay }]);
    return ok(await drawn.jpeg({ quality: JPEG_QUALITY }).toBuffer());
  } catch (thrown) {
    return fail(badPicture(thrownText(thrown)));
  }
}

const SWAP_RED_AND_BLUE: Matrix3x3 = [
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
];

/** Boxes with a label above each, as an SVG of the picture's size. Exported for its tests. */
export function overlaySvg(
  detections: readonly Detection[],
  size: { readonly width: number; readonly height: number },
): string {
  const line = Math.max(2, Math.round(Math.max(size.width, size.height) / 320));
  const letter = Math.max(10, Math.round(size.height / 32));
  const shapes = detections.map((detection) => drawDetection(detection, size, line, letter));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${shapes.join("")}</svg>`;
}

function drawDetection(
  { label, class_id, score, box }: Detection,
  size: { readonly width: number; readonly height: number },
  line: number,
  letter: number,
): string {
  const colour = COLOURS[class_id % COLOURS.length];
  const [x, y] = [pixels(box.x, size.width), pixels(box.y, size.height)];
  const [w, h] = [pixels(box.w, size.width), pixels(box.h, size.height)];
  // Above the box where there is room, else inside its upper edge.
  const baseline = y > letter * 1.3 ? y - letter * 0.3 : y + letter;
  const text = escapeXml(`${label} ${Math.round(score * 100)} %`);
  const font = `font-family="sans-serif" font-size="${letter}" font-weight="bold"`;
  return (
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="${colour}" stroke-width="${line}"/>` +
    `<text x="${x + line}" y="${baseline.toFixed(1)}" ${font} fill="${colour}" stroke="#000" stroke-width="${letter / 5}" paint-order="stroke">${text}</text>`
  );
}

function pixels(share: number, side: number): number {
  return Number((share * side).toFixed(1));
}

/** A label comes from a package: it may hold anything, and must stay text. Control characters are not allowed in XML at all. */
function escapeXml(text: string): string {
  const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  return text.replace(/[&<>"']/g, (letter) => escapes[letter] ?? "").replace(/[^\P{C}]/gu, " ");
}
