// The pictures that both sides get: real photos of ../shared/data at the sizes of usual cameras, or drawn gauges where that
// folder is absent.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { gaugePicture } from "../support/pictures.js";
import { sharedData } from "../support/shared-data.js";

export type PictureSize = "VGA" | "1080p";

const PIXELS: Readonly<Record<PictureSize, { readonly width: number; readonly height: number }>> = {
  VGA: { width: 640, height: 480 },
  "1080p": { width: 1920, height: 1080 },
};
/** As cameras send: sharp's and libjpeg's usual photo quality. */
const QUALITY = 85;
/** Enough that no cache holds one picture's answer, few enough to stay in memory. */
const COUNT = 8;

/** JPEGs of the size, each once. @param gauges a gauge reader wants gauges */
export async function pictures(size: PictureSize, gauges: boolean): Promise<readonly Buffer[]> {
  const folders = [sharedData("photos", "objects"), sharedData("frames", "faces")].filter((path) => existsSync(path));
  const sources: (string | Buffer)[] =
    gauges || folders.length === 0 ? await drawn() : folders.flatMap((folder) => jpegsIn(folder).slice(0, COUNT / 2));
  return Promise.all(
    sources.map((source) =>
      sharp(source)
        .rotate()
        .resize({ ...PIXELS[size], fit: "cover" })
        .jpeg({ quality: QUALITY })
        .toBuffer(),
    ),
  );
}

function drawn(): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: COUNT }, (_, at) => gaugePicture((at + 0.5) / COUNT, 100 + at)));
}

function jpegsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jpg"))
    .sort()
    .map((name) => join(folder, name));
}
