// Chooses a gauge: every number of a scene from one seed. The ranges here are what the gauge reader was trained on.

import { chance, integerBetween, pick, type Random, seededRandom, uniform } from "../../base/random.js";
import type { CameraPose } from "./camera-view.js";
import { LAYOUT_RECIPES } from "./layouts.js";
import type * as Scene from "./scene.js";
import { type FaceSet, PALETTES, stylesOf } from "./styles.js";

/** What a caller may fix; the rest is drawn from the seed. */
export interface SceneWishes {
  /** Which faces to draw from; the default is the held-out ones, since only training may use the others. */
  readonly faces?: FaceSet;
  readonly scale?: Scene.GaugeScale;
}

/** Scales as they are sold, with the intervals between major ticks that give round numbers. */
const SCALES: Readonly<
  Record<Scene.GaugeKind, readonly (Scene.GaugeScale & { readonly majors: readonly number[] })[]>
> = {
  pressure: [
    { min: 0, max: 1, unit: "bar", majors: [5, 10] },
    { min: 0, max: 2.5, unit: "bar", majors: [5] },
    { min: 0, max: 4, unit: "bar", majors: [4, 8] },
    { min: 0, max: 6, unit: "bar", majors: [6] },
    { min: 0, max: 10, unit: "bar", majors: [5, 10] },
    { min: 0, max: 16, unit: "bar", majors: [8] },
    { min: 0, max: 100, unit: "psi", majors: [5, 10] },
    { min: 0, max: 400, unit: "kPa", majors: [4, 8] },
  ],
  temperature: [
    { min: 0, max: 120, unit: "°C", majors: [6, 12] },
    { min: 0, max: 100, unit: "°C", majors: [5, 10] },
    { min: 0, max: 160, unit: "°C", majors: [8] },
    { min: -20, max: 60, unit: "°C", majors: [8] },
    { min: 20, max: 140, unit: "°C", majors: [6] },
  ],
  level: [
    { min: 0, max: 100, unit: "%", majors: [4, 5, 10] },
    { min: 0, max: 1000, unit: "L", majors: [4, 5, 10] },
    { min: 0, max: 8, unit: "L", majors: [8] },
  ],
};

/** Draws a gauge of the kind. The same seed and wishes give the same scene on every machine. */
export function randomScene(seed: number, kind: Scene.GaugeKind, wishes: SceneWishes = {}): Scene.GaugeScene {
  const random = seededRandom(seed);
  const style = pick(random, stylesOf(wishes.faces ?? "held-out"));
  const palette = PALETTES[style.palette];
  const recipe = LAYOUT_RECIPES[style.layout];
  const listed = pick(random, SCALES[kind]);
  const scale = wishes.scale ?? { min: listed.min, max: listed.max, unit: listed.unit };
  const majors = majorsFor(random, scale, listed.majors, wishes.scale !== undefined);
  const spanDeg = spanFor(random, kind);
  const ticks = recipe.ticks(random, majors);
  const numerals = recipe.numerals(random, ticks, majors);
  return {
    seed,
    kind,
    scale,
    style,
    sweep: { startDeg: -spanDeg / 2, spanDeg },
    dial: { face: palette.face, ink: palette.ink, innerRing: chance(random, 0.15) ? mixInk(random) : null },
    ticks,
    numerals,
    caption: chance(random, 0.75) ? captionFor(random, scale, spanDeg) : null,
    zones: zonesFor(random, kind, recipe.band(ticks), style.layout === "banded"),
    needle: needleFor(random, style, pick(random, palette.needles), ticks),
    bezel: bezelFor(random),
    background: backgroundFor(random),
    light: {
      fromDeg: uniform(random, -80, 80),
      shadow: chance(random, 0.8) ? uniform(random, 0.1, 0.4) : 0,
      shadowLength: uniform(random, 0.01, 0.07),
      falloff: uniform(random, 0, 0.5),
    },
    glare: Array.from({ length: pick(random, [0, 0, 1, 1, 2, 3]) }, () => glareFor(random)),
    camera: cameraFor(random),
    capture: captureFor(random),
  };
}

/** How the intervals come out for a scale that the caller chose: the first of the usual counts that gives round numbers. */
function majorsFor(random: Random, scale: Scene.GaugeScale, listed: readonly number[], given: boolean): number {
  if (!given) return pick(random, listed);
  const span = scale.max - scale.min;
  const isRound = (count: number): boolean => Math.abs((span / count) * 10 - Math.round((span / count) * 10)) < 1e-9;
  return [8, 6, 5, 10, 4].find((count) => isRound(count)) ?? 5;
}

/** Three quarters of a turn is what most gauges have; half moons are for levels. */
function spanFor(random: Random, kind: Scene.GaugeKind): number {
  if (kind === "level" && chance(random, 0.4)) return pick(random, [180, 190, 200, 220]);
  if (chance(random, 0.25)) return uniform(random, 200, 310);
  return pick(random, [270, 270, 270, 270, 240, 250, 260, 280, 300]);
}

const mixInk = (random: Random): string => pick(random, ["#8a8f94", "#b4b4ac", "#5c6268", "#a08c60"]);

/** In the gap below the scale, or between hub and scale. Half moons have room below the hub. */
function captionFor(random: Random, scale: Scene.GaugeScale, spanDeg: number): Scene.GaugeScene["caption"] {
  const y = chance(random, spanDeg > 285 ? 0.8 : 0.4) ? uniform(random, -0.42, -0.3) : uniform(random, 0.34, 0.62);
  return { text: scale.unit, y, height: uniform(random, 0.1, 0.17), weight: uniform(random, 0.1, 0.2) };
}

function zonesFor(
  random: Random,
  kind: Scene.GaugeKind,
  band: { readonly inner: number; readonly outer: number },
  full: boolean,
): Scene.Zone[] {
  const [green, amber, red, blue] = ["#2f9a48", "#e8a820", "#cc2a20", "#3a78c8"];
  const zone = (from: number, to: number, color: string | undefined): Scene.Zone => ({
    from,
    to,
    color: color ?? "#888",
    ...band,
  });
  const [low, high] = [uniform(random, 0.12, 0.35), uniform(random, 0.65, 0.88)];
  if (full) {
    const cold = kind === "level" ? red : kind === "temperature" ? blue : amber;
    return [zone(0, low, cold), zone(low, high, green), zone(high, 1, kind === "level" ? green : red)];
  }
  if (chance(random, 0.5)) return [];
  return kind === "level"
    ? [zone(0, low, red)]
    : chance(random, 0.5)
      ? [zone(high, 1, red)]
      : [zone(low, high, green), zone(high, 1, red)];
}

function needleFor(random: Random, style: Scene.FaceStyle, color: string, ticks: Scene.Ticks): Scene.Needle {
  const reach = ticks.radius - ticks.majorLength * uniform(random, -0.1, 1.3);
  return {
    color,
    length: Math.min(0.9, Math.max(0.52, reach)),
    tail: style.needle === "counterweight" ? uniform(random, 0.22, 0.32) : uniform(random, 0.06, 0.26),
    width: uniform(random, 0.03, 0.075),
    hubRadius: uniform(random, 0.05, 0.13),
    hubColor: pick(random, [color, "#b08d3c", "#2a2a2a", "#9aa0a6", "#d0d0d0"]),
    height: uniform(random, 0.01, 0.05),
  };
}

function bezelFor(random: Random): Scene.Bezel {
  const metal = pick(random, [
    ["#c9ced2", "#6c7278"],
    ["#2c2e30", "#0e0f10"],
    ["#c8a75a", "#6e5320"],
    ["#8d9499", "#42474b"],
    ["#b23a2c", "#5e1810"],
    ["#2e4d7a", "#14243e"],
  ] as const);
  const shape = pick(random, ["round", "round", "round", "flange", "square"] as const);
  return {
    shape,
    width: uniform(random, 0.06, 0.2),
    color: metal[0],
    edge: metal[1],
    // A square plate has its screws in the corners.
    screws: shape === "round" ? 0 : shape === "square" ? pick(random, [0, 4]) : pick(random, [0, 3, 4, 6]),
  };
}

const WALLS = [
  "#d8d4c8",
  "#9aa4a8",
  "#5a6068",
  "#2e3236",
  "#b9a888",
  "#7d8a70",
  "#c8ccd0",
  "#46586a",
  "#e6e6e2",
  "#80604c",
];

function backgroundFor(random: Random): Scene.Background {
  const shape = (): Scene.BackgroundShape => ({
    kind: chance(random, 0.75) ? "bar" : "disc",
    x: uniform(random, -0.1, 1),
    y: uniform(random, -0.1, 1),
    w: uniform(random, 0.02, 0.4),
    h: uniform(random, 0.02, 0.6),
    color: pick(random, WALLS),
  });
  return {
    from: pick(random, WALLS),
    to: pick(random, WALLS),
    angleDeg: uniform(random, 0, 180),
    shapes: Array.from({ length: integerBetween(random, 0, 7) }, shape),
    stem: chance(random, 0.5)
      ? { width: uniform(random, 0.15, 0.4), color: pick(random, ["#8d9499", "#c8a75a", "#3a3d40", "#a8614a"]) }
      : null,
  };
}

function glareFor(random: Random): Scene.Glare {
  return {
    x: uniform(random, -0.8, 0.8),
    y: uniform(random, -0.8, 0.8),
    radius: uniform(random, 0.15, 0.8),
    squeeze: uniform(random, 0.3, 1),
    opacity: uniform(random, 0.15, 0.75),
  };
}

/** A camera on a bracket that looks at one gauge: centred within a tenth, the dial half to nine tenths of the picture's height. */
function cameraFor(random: Random): CameraPose {
  return {
    yawDeg: uniform(random, -26, 26),
    pitchDeg: uniform(random, -24, 24),
    rollDeg: uniform(random, -8, 8),
    distanceRadii: uniform(random, 4.5, 12),
    centerX: uniform(random, 0.4, 0.6),
    centerY: uniform(random, 0.42, 0.58),
    radius: uniform(random, 0.27, 0.43),
  };
}

function captureFor(random: Random): Scene.Capture {
  return {
    blurPx: chance(random, 0.6) ? uniform(random, 0.3, 2.2) : 0,
    noise: chance(random, 0.8) ? uniform(random, 0.5, 11) : 0,
    gain: uniform(random, 0.55, 1.2),
    offset: uniform(random, -12, 28),
    jpegQuality: integerBetween(random, 35, 95),
  };
}
