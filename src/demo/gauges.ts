// The three gauges of the demo: what hangs on the wall, and how its needle moves. Pure.

import type { GaugeKind, GaugeScale } from "./gauge/scene.js";

export interface DemoGauge {
  /** Name of the input and of the pipeline. */
  readonly name: string;
  readonly title: string;
  readonly kind: GaugeKind;
  readonly scale: GaugeScale;
  /** Seed of its face, one that the model never saw in training. */
  readonly seed: number;
  /** How long the needle takes for its slow swing, seconds: unequal, so that the three never move together. */
  readonly periodS: number;
}

export const DEMO_GAUGES: readonly DemoGauge[] = [
  {
    name: "boiler",
    title: "Boiler pressure",
    kind: "pressure",
    scale: { min: 0, max: 4, unit: "bar" },
    seed: 11,
    periodS: 37,
  },
  {
    name: "oil",
    title: "Oil temperature",
    kind: "temperature",
    scale: { min: 0, max: 120, unit: "°C" },
    seed: 23,
    periodS: 53,
  },
  { name: "tank", title: "Tank level", kind: "level", scale: { min: 0, max: 100, unit: "%" }, seed: 37, periodS: 71 },
];

/** Where the needle stands, as a part of full scale (0..1): a slow swing with a faster one on it, as a heating plant shows. */
export function needleAt(gauge: DemoGauge, seconds: number): number {
  const slow = Math.sin((2 * Math.PI * seconds) / gauge.periodS);
  const fast = Math.sin((2 * Math.PI * seconds) / (gauge.periodS / 6.3));
  return 0.5 + 0.36 * slow + 0.06 * fast;
}

/** Topic of a gauge's pictures. */
export function pictureTopic(gauge: string): string {
  return `cameras/${gauge}/jpeg`;
}

/** Topic of what the needle really shows. */
export function truthTopic(gauge: string): string {
  return `cameras/${gauge}/truth`;
}
