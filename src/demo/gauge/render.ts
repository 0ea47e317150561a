// From the SVG text to what a camera sends: raster, lens, sensor, JPEG. The one file of this folder that loads a library.

import sharp from "sharp";
import { gaussian, seededRandom } from "../../base/random.js";
import type { FrameSize } from "./camera-view.js";
import { DEFAULT_FRAME, gaugeSvg } from "./gauge-svg.js";
import type { GaugeScene } from "./scene.js";

export interface RenderWishes extends Partial<FrameSize> {
  /** Chooses the noise of this very frame; a camera counts it up. Default: the scene's seed. */
  readonly noiseSeed?: number;
}

/** The picture that a camera takes of the gauge at `fraction` (0..1) of full scale, as a JPEG. Same arguments, same bytes. */
export async function renderGauge(scene: GaugeScene, fraction: number, wishes: RenderWishes = {}): Promise<Buffer> {
  const size = { width: wishes.width ?? DEFAULT_FRAME.width, height: wishes.height ?? DEFAULT_FRAME.height };
  const { capture } = scene;
  const raster = sharp(Buffer.from(gaugeSvg(scene, fraction, size))).removeAlpha();
  // Settings are for a picture 480 high; sharp refuses a deviation under 0.3, which would not show anyway.
  const blurPx = (capture.blurPx * size.height) / 480;
  const { data } = await (blurPx >= 0.3 ? raster.blur(blurPx) : raster).raw().toBuffer({ resolveWithObject: true });
  expose(data, capture, wishes.noiseSeed ?? scene.seed);
  return await sharp(data, { raw: { ...size, channels: 3 } })
    .jpeg({ quality: capture.jpegQuality })
    .toBuffer();
}

/** A power of two so that wrapping is a mask; long enough that its repetition does not show as a pattern. */
const GRAIN_LENGTH = 1 << 15;
const grain = makeGrain();

function makeGrain(): Float32Array {
  const random = seededRandom(1);
  return Float32Array.from({ length: GRAIN_LENGTH }, () => gaussian(random));
}

/** The sensor: gain, offset and noise, in place. Noise is cut from a fixed strip, since a million fresh normal numbers take longer than the JPEG. */
function expose(pixels: Buffer, capture: GaugeScene["capture"], seed: number): void {
  const random = seededRandom(seed);
  const rowBytes = 3 * 64;
  for (let row = 0; row < pixels.length; row += rowBytes) {
    const start = Math.floor(random() * GRAIN_LENGTH);
    const end = Math.min(pixels.length, row + rowBytes);
    for (let i = row; i < end; i++) {
      const noise = grain[(start + i - row) & (GRAIN_LENGTH - 1)] ?? 0;
      const level = (pixels[i] ?? 0) * capture.gain + capture.offset + noise * capture.noise;
      pixels[i] = Math.min(255, Math.max(0, level));
    }
  }
}
