// The motion measure on made and real pictures.

import { readFileSync } from "node:fs";
import t from "tap";
import { loadAddon } from "../../../src/kernels/addon.js";
import { MotionMeter } from "../../../src/kernels/motion-measure.js";
import { needsSharedData, sharedData } from "../../support/shared-data.js";
import { noise } from "./pictures.js";

const { addon, reason } = loadAddon();
const skip = addon === null ? `no native addon: ${reason}` : false;
const size = { width: 320, height: 180 } as const;

t.test("a still scene under a sensor's noise stays far below one that a person walks through", { skip }, async (t) => {
  if (addon === null) return;
  const random = noise(3);
  const scene = Uint8Array.from({ length: 3 * size.width * size.height }, (_, i) => 40 + ((i * 7) % 160));
  const noisy = () => scene.map((value) => value + (random() % 9) - 4);
  const withPerson = noisy();
  for (let y = 60; y < 140; y++) withPerson.fill(20, 3 * (y * size.width + 100), 3 * (y * size.width + 130));
  const meter = new MotionMeter(addon);
  const raw = (bytes: Uint8Array) => meter.raw({ bytes, format: "rgb", ...size });
  t.equal(raw(noisy()), null, "nothing to compare the first one with");
  const still = raw(noisy()) ?? Number.NaN;
  const walking = raw(withPerson) ?? Number.NaN;
  t.ok(still < 1, `still: ${still}`);
  t.ok(walking > 5 * still, `walking: ${walking}`);
});

t.test("every twin measures the same", { skip }, async (t) => {
  if (addon === null) return;
  t.teardown(() => addon.useKernels(addon.kernelNames().at(-1) ?? "reference"));
  const random = noise(9);
  for (const length of [1, 15, 16, 17, 576, 577]) {
    const a = Uint8Array.from({ length }, random);
    const b = Uint8Array.from({ length }, random);
    const expected = a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / length;
    for (const name of addon.kernelNames()) {
      addon.useKernels(name);
      t.equal(addon.meanDifference(a, b), expected, `${name}, ${length}`);
    }
  }
  const wrong = { code: "ERR_ISOTHERM_ARGUMENT", argument: "b" };
  t.throws(() => addon.meanDifference(new Uint8Array(2), new Uint8Array(3)), wrong);
});

t.test("a photo does not move against itself, whatever its scale", { skip: skip || needsSharedData }, async (t) => {
  if (addon === null || addon.jpegLibrary() === null) return;
  const bytes = readFileSync(sharedData("photos", "objects", "cat_1080p.jpg"));
  const meter = new MotionMeter(addon);
  for (const least of [1000, 100]) {
    const picture = addon.decodeJpeg(bytes, least, least / 2, false, 50_000_000);
    if ("code" in picture) throw new Error(picture.code);
    t.ok((meter.jpeg(picture, 1) ?? 0) < 1);
    picture.release();
  }
});
