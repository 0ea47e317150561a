// Pictures that must never hurt: refused with a code, quickly, and with no more memory than their pixels; the addon goes on after each.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { type JpegPicture, type JpegRefusal, loadAddon } from "../../../src/kernels/addon.js";
import { needsSharedData, sharedData } from "../../support/shared-data.js";

const { addon, reason } = loadAddon();
const hasJpeg = addon !== null && addon.jpegLibrary() !== null;
const skip = needsSharedData || (hasJpeg ? false : `no native JPEG decoder: ${reason ?? "built without"}`);
const MAX_PIXELS = 50_000_000;

function decode(bytes: Uint8Array, maxPixels = MAX_PIXELS): JpegPicture | JpegRefusal {
  if (addon === null) throw new Error("no addon");
  return addon.decodeJpeg(bytes, 320, 240, false, maxPixels);
}

t.test("every bad file is refused, or left to the decoder that knows better", { skip }, async (t) => {
  for (const file of readdirSync(sharedData("frames", "bad"))) {
    const found = decode(readFileSync(sharedData("frames", "bad", file)));
    if ("code" in found) t.match(found.code, /^(bad-picture|too-many-pixels|too-many-scans|not-taken)$/, file);
    else t.fail(`${file} was decoded`);
  }
  const bomb = decode(readFileSync(sharedData("frames", "bad", "scan-bomb-4096.jpg")));
  t.equal("code" in bomb && bomb.code, "too-many-scans", "1501 scans are refused before any is decoded");
  const claims = decode(readFileSync(sharedData("frames", "bad", "claims-65500x65500.jpg")));
  t.equal("code" in claims && claims.code, "too-many-pixels");
});

t.test("a good picture is decoded in every form, or left to sharp", { skip }, async (t) => {
  for (const file of readdirSync(sharedData("frames", "odd")).filter((name) => name.endsWith(".jpg"))) {
    const found = decode(readFileSync(sharedData("frames", "odd", file)));
    if ("code" in found) t.equal(found.code, "not-taken", file);
    else t.ok(found.width > 0, file);
    if (file.includes("cmyk")) t.ok("code" in found, "CMYK is not for this path");
  }
});

t.test("pixels are limited by the header, before anything is decoded", { skip }, async (t) => {
  const found = decode(readFileSync(sharedData("photos", "objects", "cat_1080p.jpg")), 1920 * 1080 - 1);
  t.equal("code" in found && found.code, "too-many-pixels");
});

t.test("cut, changed and joined pictures never crash, and good ones still work after them", { skip }, async (t) => {
  const good = readFileSync(sharedData("frames", "odd", "progressive.jpg"));
  const plain = readFileSync(sharedData("frames", "faces", "15.jpg"));
  fc.assert(
    fc.property(
      fc.constantFrom(good, plain),
      fc.integer({ min: 0, max: 100_000 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
      (bytes, cut, changes) => {
        const broken = Uint8Array.from(cut < 50_000 ? bytes : bytes.subarray(0, cut % bytes.length));
        for (const [at, value] of changes) if (at < broken.length) broken[at] = value;
        const found = decode(broken);
        if (!("code" in found)) found.release();
      },
    ),
    { numRuns: 400 },
  );
  t.notOk("code" in decode(plain), "a good one after all of them");
});

t.test(
  "a worker decodes from its own copy: what happens to the bytes meanwhile changes nothing",
  { skip },
  async (t) => {
    if (addon === null) return;
    const bytes = Uint8Array.from(readFileSync(sharedData("frames", "faces", "15.jpg")));
    const promise = addon.decodeJpegAside(bytes, 320, 240, false, MAX_PIXELS);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    const found = await promise;
    t.notOk("code" in found);
    if ("code" in found) return;
    const plan = new addon.FitPlan(
      {
        width: 8,
        height: 8,
        element: "uint8",
        layout: "nhwc",
        color: "gray",
        multiply: [1],
        add: [0],
        zeroPoint: 0,
        pad: 0,
      },
      { ...found.source, limitedRange: false, orientation: 1, planes: null },
      { left: 0, top: 0, width: 8, height: 8 },
    );
    found.release();
    const wrong = { code: "ERR_ISOTHERM_ARGUMENT", argument: "source" };
    t.throws(() => plan.fit(found, new Uint8Array(64)), wrong, "a released picture has no pixels");
  },
);
