// What the benchmark measures, as data: models, pictures, and the goals that issue 3 set for each figure.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY, sharedData } from "../support/shared-data.js";
import type { PictureSize } from "./corpus.js";

export interface BenchCase {
  readonly name: string;
  /** The package's folder. */
  readonly package: string;
  readonly variant: string;
  readonly size: PictureSize;
  /** Pictures at once, each on an input of its own. */
  readonly inputs: number;
  /** Largest ratio daemon / peer; null where only the figure is asked for. */
  readonly goals: { readonly cpu: number | null; readonly latency: number | null };
}

/** All processes of the daemon against the one of the peer. */
export const MEMORY_GOAL = 1.3;
/** All CPU of a frame whose decode, preprocess and run cost nothing, milliseconds. */
export const OWN_SHARE_GOAL_MS = 1;
/** Of one core, connected and without frames. */
export const IDLE_GOAL_RATIO = 0.01;
/** Of the resident memory, over ten minutes at full load. */
export const GROWTH_GOAL_RATIO = 0.02;

/** Runs of one variant with one thread on both sides: the board's other cores are other programs'. */
export const THREADS = 1;

const faces = sharedData("models", "face-detector");
const coco = sharedData("models", "coco-fastest");
const gauge = join(REPOSITORY, "models", "gauge-reader");

/** The gauge reader's best variant; its name is the training script's to choose. */
const bestGauge = "fp32-128";

export const CASES: readonly BenchCase[] = [
  {
    name: "1080p slim-320",
    package: faces,
    variant: "slim-320",
    size: "1080p",
    inputs: 1,
    goals: { cpu: 0.45, latency: 0.6 },
  },
  {
    name: "VGA rfb-640",
    package: faces,
    variant: "rfb-640",
    size: "VGA",
    inputs: 1,
    goals: { cpu: 0.5, latency: 0.5 },
  },
  {
    name: "VGA coco-fastest",
    package: coco,
    variant: "fp32-352",
    size: "VGA",
    inputs: 1,
    goals: { cpu: 1, latency: 1 },
  },
  {
    name: "VGA gauge-reader",
    package: gauge,
    variant: bestGauge,
    size: "VGA",
    inputs: 1,
    goals: { cpu: null, latency: null },
  },
  {
    name: "four inputs VGA slim-320",
    package: faces,
    variant: "slim-320",
    size: "VGA",
    inputs: 4,
    goals: { cpu: null, latency: null },
  },
];

/** What runs for ten minutes, and what sits idle. */
export const SOAK_CASE: BenchCase = CASES.find(({ package: from }) => existsSync(from)) ?? {
  name: "gauge-reader",
  package: gauge,
  variant: bestGauge,
  size: "VGA",
  inputs: 1,
  goals: { cpu: null, latency: null },
};

/** Why a case can't run here, or null. */
export function missing(one: BenchCase): string | null {
  return existsSync(join(one.package, "model.yaml")) ? null : `${one.package} is not here`;
}
