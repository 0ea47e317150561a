// Sizes and orientations read from headers, against sharp's own reading of every good file of ../shared/data; and on broken ones.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import t from "tap";
import { type PictureEncoding, sniffEncoding } from "../../../src/base/sniff.js";
import { displayedSize, pictureHeader } from "../../../src/pipelines/picture/picture-header.js";
import { needsSharedData, sharedData } from "../../support/shared-data.js";

t.test(
  "every good picture of ../shared/data has the size and orientation that sharp reads",
  { skip: needsSharedData },
  async (t) => {
    const folders = ["odd", "exif", "faces", "street", "clear"].map((name) => sharedData("frames", name));
    for (const folder of [...folders, sharedData("photos", "objects"), sharedData("digits", "calibration")]) {
      for (const name of readdirSync(folder).filter((name) => !name.endsWith(".json"))) {
        const bytes = readFileSync(join(folder, name));
        const { width, height, orientation = 1, autoOrient } = await sharp(bytes).metadata();
        const header = pictureHeader(bytes, sniffEncoding(bytes) ?? "jpeg");
        t.same(header, { width, height, orientation }, name);
        t.same(header === null ? null : displayedSize(header), autoOrient, `${name} as displayed`);
      }
    }
  },
);

t.test("each format tells each orientation, with either byte order left to its writer", async (t) => {
  const picture = sharp({ create: { width: 40, height: 30, channels: 3, background: "#123" } });
  for (let orientation = 1; orientation <= 8; orientation++) {
    const oriented = picture.clone().withMetadata({ orientation });
    const files = { jpeg: oriented.clone().jpeg(), png: oriented.clone().png(), webp: oriented.clone().webp() };
    for (const [encoding, file] of Object.entries(files)) {
      const header = pictureHeader(await file.toBuffer(), encoding as PictureEncoding);
      t.same(header, { width: 40, height: 30, orientation }, `${encoding} ${orientation}`);
    }
  }
  const lossless = await picture.clone().webp({ lossless: true }).toBuffer();
  t.same(pictureHeader(lossless, "webp"), { width: 40, height: 30, orientation: 1 });
});

t.test("any bytes behind a right beginning, and any cut of a right file, give a header or null", async () => {
  const picture = sharp({ create: { width: 40, height: 30, channels: 3, background: "#123" } }).withMetadata({
    orientation: 6,
  });
  const files = await Promise.all([
    picture.clone().jpeg().toBuffer(),
    picture.clone().png().toBuffer(),
    picture.clone().webp().toBuffer(),
  ]);
  const encodings = ["jpeg", "png", "webp"] as const;
  fc.assert(
    fc.property(fc.nat(2), fc.nat(400), fc.uint8Array({ maxLength: 80 }), (which, keep, rest) => {
      const file = files[which] ?? Buffer.alloc(0);
      const broken = Buffer.concat([file.subarray(0, keep), rest, file.subarray(keep + rest.length)]);
      const header = pictureHeader(broken, encodings[which] ?? "jpeg");
      if (header === null) return true;
      return header.width > 0 && header.height > 0 && header.orientation >= 1 && header.orientation <= 8;
    }),
    { numRuns: 2000 },
  );
});
