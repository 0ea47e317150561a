// Frames to pixels: what is refused and how, and that each form of the same picture gives the same pixels.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import t from "tap";
import type { RawFormat } from "../../src/contract/frame.js";
import { compileDecode, type FittedPicture } from "../../src/pipelines/decode.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";
import { expectOk, expectTrouble, makeSpec } from "./spec.js";

const MAX_PIXELS = 50_000_000;

interface How {
  readonly input?: Record<string, unknown>;
  readonly size?: readonly [number, number];
}

function decoderOf({ input = {}, size = [96, 72] }: How) {
  return compileDecode(makeSpec({ output: { decoder: "raw" }, input, inputSize: size }));
}

async function decodeCoded(payload: Uint8Array, how: How = {}): Promise<FittedPicture> {
  return expectOk(await decoderOf(how)({ encoding: "jpeg", raw: null, payload }, MAX_PIXELS));
}

/** Largest and mean difference of two rows of pixels. */
function difference(a: Uint8Array, b: Uint8Array): { largest: number; mean: number } {
  if (a.length !== b.length) throw new Error(`${a.length} and ${b.length} pixels`);
  const differences = Array.from(a, (value, i) => Math.abs(value - (b[i] ?? 0)));
  return { largest: Math.max(...differences), mean: differences.reduce((sum, one) => sum + one, 0) / a.length };
}

t.test(
  "each bad file of ../shared/data is refused by its kind, at every decoding scale",
  { skip: needsSharedData },
  async (t) => {
    const codes: Readonly<Record<string, string>> = {
      "bomb-16000x16000.png": "too-many-pixels",
      "claims-65500x65500.jpg": "too-many-pixels",
      "empty.jpg": "not-a-picture",
      "gif-named.jpg": "not-a-picture",
      "html-error-page.jpg": "not-a-picture",
      "random.bin": "not-a-picture",
      "svg-with-reference.svg": "not-a-picture",
      "text.jpg": "not-a-picture",
      "zip-magic.jpg": "not-a-picture",
    };
    for (const size of [
      [640, 480],
      [320, 240],
      [96, 72],
      [32, 24],
    ] as const) {
      const decode = decoderOf({ size });
      for (const name of readdirSync(sharedData("frames", "bad"))) {
        const payload = readFileSync(sharedData("frames", "bad", name));
        const trouble = expectTrouble(await decode({ encoding: "jpeg", raw: null, payload }, MAX_PIXELS));
        t.equal(trouble.code, codes[name] ?? "bad-picture", `${name}: ${trouble.what}`);
        t.ok(trouble.remedy.length > 0);
      }
    }
  },
);

t.test("a picture cut or damaged anywhere is decoded or refused, and never throws", async () => {
  const whole = await noise(64, 48).jpeg().toBuffer();
  const decode = decoderOf({});
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
      const payload = Buffer.from(cut ? whole.subarray(0, at) : whole);
      if (!cut) payload[at] = byte;
      const result = await decode({ encoding: "jpeg", raw: null, payload }, 10_000);
      return result.ok ? result.value.pixels.length === 3 * 96 * 72 : result.trouble.code.length > 0;
    }),
    { numRuns: 150 },
  );
});

t.test("the same scene in all eight orientations lies the same way", { skip: needsSharedData }, async (t) => {
  const upright = await decodeCoded(readFileSync(sharedData("frames", "exif", "landscape-1.jpg")), {
    input: { color: "gray" },
  });
  for (let orientation = 2; orientation <= 8; orientation++) {
    const turned = await decodeCoded(readFileSync(sharedData("frames", "exif", `landscape-${orientation}.jpg`)), {
      input: { color: "gray" },
    });
    t.same([turned.width, turned.height], [600, 450]);
    // Each was saved again with another number painted on: alike, not equal. A wrong turn gives three times that.
    const { mean } = difference(upright.pixels, turned.pixels);
    t.ok(mean < 20, `${orientation}: ${mean}`);
  }
});

t.test("one photo in other containers and codings gives the same pixels", { skip: needsSharedData }, async (t) => {
  const plain = await decodeCoded(readFileSync(sharedData("frames", "odd", "photo.png")));
  for (const name of [
    "progressive.jpg",
    "yuv444.jpg",
    "photo.webp",
    "exif-orientation-3.jpg",
    "exif-orientation-6.jpg",
    "exif-orientation-8.jpg",
  ]) {
    const { mean } = difference(
      plain.pixels,
      (await decodeCoded(readFileSync(sharedData("frames", "odd", name)))).pixels,
    );
    // A JPEG or WebP is read at a reduced scale, a PNG is not: alike to a hundredth of the range.
    t.ok(mean < 4, `${name}: ${mean}`);
  }
});

t.test("gray is what the gauge reader was trained on: the very pixels of its training frames", async (t) => {
  const pad = { r: 114, g: 114, b: 114 };
  for (const [width, height] of [
    [640, 480],
    [640, 360],
    [480, 480],
    [320, 240],
  ] as const) {
    const jpeg = await noise(width, height).jpeg().toBuffer();
    const trained = await sharp(jpeg)
      .rotate()
      .resize(128, 96, { fit: "contain", background: pad })
      .greyscale()
      .raw()
      .toBuffer();
    const picture = await decodeCoded(jpeg, { input: { color: "gray" }, size: [128, 96] });
    t.equal(picture.channels, 1);
    t.same(Buffer.from(picture.pixels), trained, `${width}x${height}`);
  }
});

t.test("geometry says where the picture lies among the padding, or is cut, for any size", async () => {
  const sides = fc.integer({ min: 1, max: 700 });
  await fc.assert(
    fc.asyncProperty(
      sides,
      sides,
      fc.constantFrom("letterbox", "crop"),
      fc.constantFrom("center", "top-left"),
      async (width, height, resize, pad_align) => {
        const white = await sharp({ create: { width, height, channels: 3, background: "#fff" } })
          .jpeg()
          .toBuffer();
        const { pixels, geometry } = await decodeCoded(white, { input: { resize, pad_align, pad: 0 }, size: [64, 48] });
        const isWhite = (x: number, y: number) => (pixels[3 * (y * 64 + x)] ?? 0) > 127;
        // The decoder rounds a picture that it shrank while reading once more: one pixel at an edge may go either way.
        for (let y = 0; y < 48; y++) {
          for (let x = 0; x < 64; x++) {
            const [dx, dy] = [x - geometry.left, y - geometry.top];
            const inside = dx >= 1 && dy >= 1 && dx < geometry.width - 1 && dy < geometry.height - 1;
            const outside = dx < -1 || dy < -1 || dx > geometry.width || dy > geometry.height;
            if (inside !== isWhite(x, y) && (inside || (outside && isWhite(x, y)))) return false;
          }
        }
        return true;
      },
    ),
    { numRuns: 120 },
  );
});

t.test("raw pixels of each format give the picture that they describe", async (t) => {
  const [width, height] = [8, 6];
  const red = (format: RawFormat["format"]) => {
    const pixel = { rgb: [200, 10, 10], bgr: [10, 10, 200], rgba: [200, 10, 10, 255], gray: [67] }[format];
    return {
      encoding: "raw" as const,
      raw: { format, width, height },
      payload: Uint8Array.from(Array.from({ length: width * height }, () => pixel).flat()),
    };
  };
  for (const format of ["rgb", "bgr", "rgba"] as const) {
    const { pixels } = expectOk(await decoderOf({ size: [4, 3] })(red(format), MAX_PIXELS));
    t.same([...pixels.subarray(0, 3)], [200, 10, 10], format);
  }
  const gray = await Promise.all(
    (["rgb", "bgr"] as const).map((format) =>
      decoderOf({ size: [4, 3], input: { color: "gray" } })(red(format), MAX_PIXELS),
    ),
  );
  const [fromRgb, fromBgr] = gray.map((result) => Buffer.from(expectOk(result).pixels));
  t.same(fromRgb, fromBgr, "red weighs as red");
  const three = expectOk(await decoderOf({ size: [4, 3] })(red("gray"), MAX_PIXELS));
  t.same([...three.pixels.subarray(0, 3)], [67, 67, 67]);
});

t.test("raw pixels of the wrong size, or of none, are refused with both sizes", async (t) => {
  const decode = decoderOf({});
  const source = (raw: RawFormat | null, bytes: number) => ({
    encoding: "raw" as const,
    raw,
    payload: new Uint8Array(bytes),
  });
  const short = expectTrouble(await decode(source({ format: "rgb", width: 10, height: 10 }, 299), MAX_PIXELS));
  t.match(short, { code: "wrong-raw-size", what: /299 bytes came.*300 bytes/ });
  t.match(expectTrouble(await decode(source(null, 300), MAX_PIXELS)), { code: "wrong-raw-size" });
  t.match(expectTrouble(await decode(source({ format: "rgb", width: 0, height: 10 }, 0), MAX_PIXELS)), {
    code: "wrong-raw-size",
  });
  t.match(expectTrouble(await decode(source({ format: "gray", width: 100, height: 100 }, 10_000), 9999)), {
    code: "too-many-pixels",
  });
});

t.test("16 bits, transparency and animation come out as 8 bits, on black, and as the first frame", async (t) => {
  const scene = noise(64, 48);
  const plain = await decodeCoded(await scene.clone().png().toBuffer());
  const deep = await scene.clone().toColourspace("rgb16").png().toBuffer();
  t.equal((await sharp(deep).metadata()).depth, "ushort");
  t.ok(difference(plain.pixels, (await decodeCoded(deep)).pixels).largest <= 2, "16 bits");
  const clear = await sharp({
    create: { width: 64, height: 48, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0 } },
  })
    .png()
    .toBuffer();
  t.ok(
    (await decodeCoded(clear, { input: { resize: "stretch" } })).pixels.every((value) => value === 0),
    "transparent",
  );
  const frames = [0, 255].map((value) => Buffer.alloc(64 * 48 * 3, value));
  const animated = await sharp(Buffer.concat(frames), { raw: { width: 64, height: 96, channels: 3, pageHeight: 48 } })
    .webp({ lossless: true })
    .toBuffer();
  const first = await decodeCoded(animated, { input: { resize: "stretch" } });
  t.same([first.width, first.height], [64, 48]);
  t.ok(
    first.pixels.every((value) => value < 5),
    "first frame",
  );
});

t.test(
  "`decode: full` reads every pixel before it shrinks, for gray and for colour",
  { skip: needsSharedData },
  async (t) => {
    const payload = readFileSync(sharedData("frames", "odd", "full-hd.jpg"));
    // Through PNG nothing can be read at a reduced scale.
    const lossless = await sharp(payload).png().toBuffer();
    for (const color of ["rgb", "gray"]) {
      const input = { color, resize: "stretch" };
      const reference = await decodeCoded(lossless, { input });
      const full = await decodeCoded(payload, { input: { ...input, decode: "full" } });
      const scaled = await decodeCoded(payload, { input });
      t.ok(difference(reference.pixels, full.pixels).largest <= 1, color);
      t.ok(difference(reference.pixels, scaled.pixels).largest > 1, `${color}: the default does not`);
    }
  },
);

/** A picture with detail at every scale. */
function noise(width: number, height: number): Sharp {
  const pixels = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (Math.imul(i + 1, 2654435761) >>> 24) & 0xff,
  );
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
