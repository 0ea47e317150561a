// A scene and a reading to a picture as SVG text. Pure: the same arguments give the same text, byte for byte.

import { cameraView, type FrameSize, type Point2, polar } from "./camera-view.js";
import { drawDial } from "./draw-dial.js";
import { drawNeedle, needleTip } from "./draw-needle.js";
import { drawBehind, drawDefinitions, drawInFront } from "./draw-surroundings.js";
import { type GaugeScene, needleAngleDeg } from "./scene.js";

/** What small cameras send, and what the gauge reader was trained on. */
export const DEFAULT_FRAME: FrameSize = { width: 640, height: 480 };

/**
 * Draws the gauge with its needle at `fraction` (0..1) of full scale.
 * @returns an SVG document of the frame's size in which every point has gone through the scene's camera
 */
export function gaugeSvg(scene: GaugeScene, fraction: number, size: FrameSize = DEFAULT_FRAME): string {
  const view = cameraView(scene.camera, size);
  const elements = [
    drawDefinitions(scene, view),
    ...drawBehind(scene, view),
    ...drawDial(scene, view),
    ...drawNeedle(scene, view, fraction),
    ...drawInFront(scene, view),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${elements.join("")}</svg>`;
}

/** Where things lie in the picture, in pixels: what the training teaches the model to look for. */
export interface Landmarks {
  readonly hub: Point2;
  readonly tip: Point2;
  /** Outer ends of the scale at equal steps from 0 to full scale. */
  readonly scale: readonly Point2[];
}

/** @param steps how many parts the scale is divided into; one point more comes back */
export function landmarks(scene: GaugeScene, fraction: number, size: FrameSize, steps: number): Landmarks {
  const view = cameraView(scene.camera, size);
  const scalePoint = (i: number): Point2 => view.project(polar(needleAngleDeg(scene, i / steps), scene.ticks.radius));
  return {
    hub: view.project({ x: 0, y: 0, z: scene.needle.height }),
    tip: view.project(needleTip(scene, fraction)),
    scale: Array.from({ length: steps + 1 }, (_, i) => scalePoint(i)),
  };
}
