// A gauge before it is drawn: every choice as plain data. Same scene and fraction, same picture. Draws nothing, chooses nothing.

import type { CameraPose } from "./camera-view.js";

export type GaugeKind = "pressure" | "temperature" | "level";

/** What the ends of the scale stand for. */
export interface GaugeScale {
  readonly min: number;
  readonly max: number;
  /** As a result shows it: `bar`, `°C`, `%`. */
  readonly unit: string;
}

/** The three choices that divide faces into those for training and those held out (see styles.ts). */
export interface FaceStyle {
  readonly layout: LayoutName;
  readonly needle: NeedleShape;
  readonly palette: PaletteName;
}
export type LayoutName = "classic" | "outside" | "banded" | "bare" | "dense" | "bold" | "dotted";
export type NeedleShape = "tapered" | "baton" | "arrow" | "lance" | "counterweight" | "spade";
export type PaletteName = "paper" | "cream" | "silver" | "night" | "petrol" | "sun" | "mint" | "slate";

/** Angles in degrees clockwise from twelve o'clock; lengths in dial radii; colours as SVG writes them; opacities and places 0..1. */
export interface GaugeScene {
  readonly seed: number;
  readonly kind: GaugeKind;
  readonly scale: GaugeScale;
  readonly style: FaceStyle;
  readonly sweep: { readonly startDeg: number; readonly spanDeg: number };
  readonly dial: { readonly face: string; readonly ink: string; readonly innerRing: string | null };
  readonly ticks: Ticks;
  /** Null where the face has none. */
  readonly numerals: Numerals | null;
  readonly caption: {
    readonly text: string;
    readonly y: number;
    readonly height: number;
    readonly weight: number;
  } | null;
  readonly zones: readonly Zone[];
  readonly needle: Needle;
  readonly bezel: Bezel;
  readonly background: Background;
  readonly light: Light;
  readonly glare: readonly Glare[];
  readonly camera: CameraPose;
  readonly capture: Capture;
}

export interface Ticks {
  /** Intervals between major ticks; there is one tick more than intervals. */
  readonly majors: number;
  readonly minorsPerMajor: number;
  /** Outer end of all ticks. */
  readonly radius: number;
  readonly majorLength: number;
  readonly majorWidth: number;
  readonly minorLength: number;
  readonly minorWidth: number;
  readonly minorAs: "line" | "dot";
  /** Width of the line along the ticks' outer ends, or null for none. */
  readonly arcWidth: number | null;
}

export interface Numerals {
  readonly radius: number;
  readonly height: number;
  readonly weight: number;
  /** One text per numbered major tick; `every` 2 numbers every other one. */
  readonly every: number;
}

/** A coloured part of the scale, from and to as fractions of full scale. */
export interface Zone {
  readonly from: number;
  readonly to: number;
  readonly inner: number;
  readonly outer: number;
  readonly color: string;
}

export interface Needle {
  readonly color: string;
  readonly length: number;
  readonly tail: number;
  readonly width: number;
  readonly hubRadius: number;
  readonly hubColor: string;
  /** Height above the dial: gives the needle its shadow and its parallax. */
  readonly height: number;
}

export interface Bezel {
  readonly shape: "round" | "square" | "flange";
  readonly width: number;
  readonly color: string;
  readonly edge: string;
  readonly screws: number;
}

/** Things behind the gauge, in shares of the picture. */
export interface Background {
  readonly from: string;
  readonly to: string;
  readonly angleDeg: number;
  readonly shapes: readonly BackgroundShape[];
  /** A pipe that carries the gauge: width in dial radii, or null for none. */
  readonly stem: { readonly width: number; readonly color: string } | null;
}
export interface BackgroundShape {
  readonly kind: "bar" | "disc";
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly color: string;
}

export interface Light {
  /** Where the light comes from. */
  readonly fromDeg: number;
  readonly shadow: number;
  /** How far the needle's shadow falls, in dial radii. */
  readonly shadowLength: number;
  /** Darkness added at the side away from the light. */
  readonly falloff: number;
}

/** A reflection on the glass, in dial radii. */
export interface Glare {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly squeeze: number;
  readonly opacity: number;
}

/** What the camera does to the light: pixels for a picture 480 high, levels of 0..255. */
export interface Capture {
  readonly blurPx: number;
  readonly noise: number;
  readonly gain: number;
  readonly offset: number;
  /** 1..100, as the JPEG library counts. */
  readonly jpegQuality: number;
}

/** What the scale says at a fraction (0..1) of full scale, in the scale's unit. */
export function valueAt(scale: GaugeScale, fraction: number): number {
  return scale.min + fraction * (scale.max - scale.min);
}

/** Angle of the needle at a fraction (0..1) of full scale, in degrees clockwise from twelve o'clock. */
export function needleAngleDeg(scene: GaugeScene, fraction: number): number {
  return scene.sweep.startDeg + fraction * scene.sweep.spanDeg;
}

/** The scale printed on the face: what a pipeline's `value: { min, max, unit }` has to say for this gauge. */
export function scaleOf(scene: GaugeScene): GaugeScale {
  return scene.scale;
}
