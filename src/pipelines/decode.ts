// A coded or raw picture to 8-bit pixels of the model's size, in sharp's own threads. Which filter and why: docs/decisions/
// 0009-decode-with-sharp.md. Whatever is wrong with a picture is a trouble; nothing here throws on bad bytes.

import type { ResizeOptions, Sharp } from "sharp";
import { fail, ok, type Result } from "../base/result.js";
import { describeContent, sniffEncoding } from "../base/sniff.js";
import { type Trouble, thrownText } from "../base/trouble.js";
import type { FrameEncoding, RawFormat } from "../contract/frame.js";
import type { VariantSpec } from "../contract/variant.js";
import { fitPicture, type Geometry } from "./geometry.js";
import { loadSharp, type SharpLibrary } from "./load-sharp.js";
import { displayedSize, pictureHeader } from "./picture/picture-header.js";

export interface PictureSource {
  readonly encoding: FrameEncoding;
  /** Set exactly where `encoding` is `raw`. */
  readonly raw: RawFormat | null;
  readonly payload: Uint8Array;
}

/** A picture fitted to the model's input, with the geometry that maps boxes back. */
export interface FittedPicture {
  /** Interleaved; gray, or RGB in this order. */
  readonly pixels: Uint8Array;
  readonly channels: 1 | 3;
  /** Size of the picture as displayed. */
  readonly width: number;
  readonly height: number;
  readonly geometry: Geometry;
}

/** What sharp opens, after all checks that need no decoding. */
export interface OpenedPicture {
  readonly image: Sharp;
  readonly width: number;
  readonly height: number;
}

/**
 * The filter that leaves the answers of all models in ../shared/data within their tolerances; every cheaper one that smooths moved up
 * to a quarter of them for 6 % of the decode's time.
 */
const KERNEL = "lanczos3";

/**
 * Seconds of decoding before sharp gives up: below the 5 s after which the engine counts as hanging (engine/host/supervisor.ts), so that
 * such a picture costs its own answer and not the engine.
 */
const DECODE_TIMEOUT_S = 4;

const CHANNELS = { rgb: 3, bgr: 3, rgba: 4, gray: 1 } as const;

/** The decode stage of one variant. */
export function compileDecode(
  spec: VariantSpec,
): (source: PictureSource, maxPixels: number) => Promise<Result<FittedPicture>> {
  const { resize, pad, pad_align, decode, color } = spec.input;
  const [width, height] = spec.inputSize;
  const channels = color === "gray" ? 1 : 3;
  const options: ResizeOptions = {
    fit: ({ letterbox: "contain", stretch: "fill", crop: "cover" } as const)[resize],
    position: resize === "letterbox" && pad_align === "top-left" ? "left top" : "centre",
    background: { r: pad, g: pad, b: pad },
    kernel: KERNEL,
  };
  return async (source, maxPixels) => {
    const opened = openPicture(await loadSharp(), source, maxPixels, channels === 1);
    if (!opened.ok) return opened;
    const { image } = opened.value;
    // Naming the pipeline's colour space is what keeps sharp from decoding at a reduced scale.
    if (decode === "full") image.pipelineColourspace("srgb");
    image.resize(width, height, options);
    if (channels === 1) image.greyscale();
    else image.toColourspace("srgb");
    try {
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
      if (info.width !== width || info.height !== height) {
        return fail(badPicture(`it came out ${info.width}x${info.height} instead of ${width}x${height}`));
      }
      const size = { width: opened.value.width, height: opened.value.height };
      const pixels = withChannels(data, info.channels, channels, width * height);
      if (channels === 3 && source.raw?.format === "bgr") swapRedAndBlue(pixels);
      return ok({ pixels, channels, ...size, geometry: fitPicture(size, spec.inputSize, spec.input) });
    } catch (thrown) {
      return fail(badPicture(thrownText(thrown)));
    }
  };
}

/**
 * Checks what can be checked without decoding, and opens the picture upright and without alpha. Transparent parts become black: what
 * shows through them is nothing the sender drew, and black is what most models were trained with beside the picture.
 */
export function openPicture(
  sharp: SharpLibrary,
  source: PictureSource,
  maxPixels: number,
  forGray: boolean,
): Result<OpenedPicture> {
  const { payload, raw } = source;
  if (source.encoding === "raw") return openRaw(sharp, payload, raw, maxPixels, forGray);
  const encoding = sniffEncoding(payload);
  if (encoding === null) return fail(notAPicture(payload));
  const header = pictureHeader(payload, encoding);
  if (header === null) return fail(badPicture(`its ${encoding.toUpperCase()} header is broken`));
  const size = displayedSize(header);
  if (size.width * size.height > maxPixels) return fail(tooManyPixels(size, maxPixels));
  const image = sharp(payload, {
    failOn: "warning",
    limitInputPixels: maxPixels,
    sequentialRead: true,
    autoOrient: true,
    // Models are trained on pixels as they are coded; a transform through an embedded profile costs more than the resize.
    ignoreIcc: true,
  });
  return ok({ image: image.flatten({ background: "#000" }).timeout({ seconds: DECODE_TIMEOUT_S }), ...size });
}

function openRaw(
  sharp: SharpLibrary,
  payload: Uint8Array,
  raw: RawFormat | null,
  maxPixels: number,
  forGray: boolean,
): Result<OpenedPicture> {
  const checked = checkRaw(payload, raw, maxPixels);
  if (!checked.ok) return checked;
  const { width, height, format } = checked.value;
  // The weights of red and blue differ, so gray needs them in place first; colour is cheaper to swap once it is small.
  const pixels = format === "bgr" && forGray ? swappedCopy(payload) : payload;
  const image = sharp(pixels, { raw: { width, height, channels: CHANNELS[format] }, limitInputPixels: maxPixels });
  return ok({ image: image.flatten({ background: "#000" }).timeout({ seconds: DECODE_TIMEOUT_S }), width, height });
}

/** Raw pixels have no header of their own: what the sender or the configuration says must fit the bytes. */
export function checkRaw(payload: Uint8Array, raw: RawFormat | null, maxPixels: number): Result<RawFormat> {
  if (raw === null) return fail(wrongRawSize("raw pixels came without format, width and height"));
  const { width, height, format } = raw;
  if (width * height > maxPixels) return fail(tooManyPixels(raw, maxPixels));
  const expected = width * height * CHANNELS[format];
  if (payload.byteLength === expected && expected > 0) return ok(raw);
  return fail(
    wrongRawSize(`${payload.byteLength} bytes came, ${width}x${height} pixels of ${format} are ${expected} bytes`),
  );
}

/** sharp gives a gray picture one channel, whatever was asked for. */
function withChannels(data: Uint8Array, has: number, wants: 1 | 3, count: number): Uint8Array {
  if (has === wants) return data;
  const pixels = new Uint8Array(count * wants);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < wants; c++) pixels[i * wants + c] = data[i * has + (has < wants ? 0 : c)] ?? 0;
  }
  return pixels;
}

function swappedCopy(pixels: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(pixels);
  swapRedAndBlue(copy);
  return copy;
}

function swapRedAndBlue(pixels: Uint8Array): void {
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const first = pixels[i] ?? 0;
    pixels[i] = pixels[i + 2] ?? 0;
    pixels[i + 2] = first;
  }
}

export function badPicture(why: string): Trouble {
  const what = decoderWords(why);
  return {
    code: "bad-picture",
    where: "frame",
    what: `the picture cannot be decoded: ${what}`,
    remedy: "send the whole picture as the camera or encoder made it",
  };
}

function notAPicture(payload: Uint8Array): Trouble {
  return {
    code: "not-a-picture",
    where: "frame",
    what: `the payload is ${describeContent(payload)}`,
    remedy: "send JPEG, PNG or WebP, or raw pixels with format, width and height",
  };
}

export function tooManyPixels(size: { readonly width: number; readonly height: number }, maxPixels: number): Trouble {
  return {
    code: "too-many-pixels",
    where: "frame",
    what: `${size.width}x${size.height} pixels are more than the ${maxPixels} allowed`,
    remedy: "send smaller pictures, or raise engine.max_pixels",
  };
}

function wrongRawSize(what: string): Trouble {
  return {
    code: "wrong-raw-size",
    where: "frame",
    what,
    remedy: "set raw: { format, width, height } of the input to what is sent, rows without padding",
  };
}

/** sharp and libvips join what they saw with line breaks, and put names of their own before it that help nobody with a camera. */
function decoderWords(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(DECODER_NAMES, "").trim());
  return lines.find((line) => line !== "" && !line.startsWith("Warning treated as error")) ?? "its data is damaged";
}

const DECODER_NAMES = /^(?:Input buffer has corrupt header: )?(?:Vips\w+|vips\w+|\w+load_buffer|\w+2vips_\w+): /;
