// Pictures that tests send: even ones of a known brightness, and gauges with a known needle.

import sharp from "sharp";
import { randomScene } from "../../src/demo/gauge/random-scene.js";
import { renderGauge } from "../../src/demo/gauge/render.js";

export type PictureForm = "jpeg" | "png" | "webp" | "gray";

/** Every pixel alike. @param brightness 0 (black) to 1 (white) */
export async function evenPicture(
  brightness: number,
  form: PictureForm = "jpeg",
  [width, height]: readonly [number, number] = [32, 24],
): Promise<Buffer> {
  const level = Math.round(brightness * 255);
  const pixels = Buffer.alloc(width * height, level);
  if (form === "gray") return pixels;
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .toFormat(form, { quality: 100 })
    .toBuffer();
}

/** A face that the gauge reader never saw in training. @param fraction where the needle stands, 0..1 of full scale */
export function gaugePicture(fraction: number, seed = 11): Promise<Buffer> {
  const scene = randomScene(seed, "pressure", { scale: { min: 0, max: 4, unit: "bar" } });
  return renderGauge(scene, fraction);
}
