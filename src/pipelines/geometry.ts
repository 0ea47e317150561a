// Where the picture lies in the model's input, and back again. Pure.

import type { ImageInput } from "../contract/manifest.js";
import type { Box } from "../contract/result.js";

/** The rectangle, in pixels of the model's input, that the whole picture covers; it reaches past the input where it was cropped. */
export interface Geometry {
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * How a picture (size as displayed) is fitted to the input. The rounding is the decoder's own, so that a box is not off by the
 * rounded pixel.
 */
export function fitPicture(
  picture: { readonly width: number; readonly height: number },
  inputSize: readonly [width: number, height: number],
  how: Pick<ImageInput, "resize" | "pad_align">,
): Geometry {
  const [inputWidth, inputHeight] = inputSize;
  const input = { inputWidth, inputHeight };
  if (how.resize === "stretch") return { ...input, left: 0, top: 0, width: inputWidth, height: inputHeight };
  const across = inputWidth / picture.width;
  const down = inputHeight / picture.height;
  const factor = how.resize === "letterbox" ? Math.min(across, down) : Math.max(across, down);
  const width = Math.max(1, Math.round(picture.width * factor));
  const height = Math.max(1, Math.round(picture.height * factor));
  if (how.resize === "letterbox" && how.pad_align === "top-left") return { ...input, left: 0, top: 0, width, height };
  return { ...input, left: offset(inputWidth, width), top: offset(inputHeight, height), width, height };
}

/** Of an odd rest, sharp puts the smaller half of the padding in front, and cuts the larger half off in front. */
function offset(input: number, picture: number): number {
  return Math.floor((input - picture) / 2);
}

/**
 * A box in 0..1 of the model's input, as one in 0..1 of the picture, cut off at its edges.
 * @returns null where nothing of it lies on the picture
 */
export function boxOnPicture(x0: number, y0: number, x1: number, y1: number, geometry: Geometry): Box | null {
  const left = acrossPicture(x0, geometry);
  const right = acrossPicture(x1, geometry);
  const top = downPicture(y0, geometry);
  const bottom = downPicture(y1, geometry);
  if (!(right > left && bottom > top)) return null;
  return { x: left, y: top, w: right - left, h: bottom - top };
}

function acrossPicture(x: number, geometry: Geometry): number {
  return Math.min(1, Math.max(0, (x * geometry.inputWidth - geometry.left) / geometry.width));
}

function downPicture(y: number, geometry: Geometry): number {
  return Math.min(1, Math.max(0, (y * geometry.inputHeight - geometry.top) / geometry.height));
}
