// Pictures with boxes: what is drawn, and what a label can not do.

import sharp from "sharp";
import t from "tap";
import { annotatePicture, overlaySvg } from "../../src/pipelines/annotate.js";
import { expectOk, expectTrouble } from "./spec.js";

const half = { label: "cat", class_id: 0, score: 0.9, box: { x: 0.25, y: 0.25, w: 0.5, h: 0.5 } };

t.test("a large picture comes out upright, at most 1280 wide or high, with the box where it belongs", async (t) => {
  const black = sharp({ create: { width: 1000, height: 2000, channels: 3, background: "#000" } });
  const payload = await black.withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const jpeg = expectOk(await annotatePicture({ encoding: "jpeg", raw: null, payload }, [half]));
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  t.same([info.width, info.height, info.channels], [1280, 640, 3]);
  const brightness = (x: number, y: number) => data[3 * (y * info.width + x)] ?? 0;
  t.ok(brightness(320, 320) > 150, "on the left edge of the box");
  t.ok(brightness(640, 480) > 150, "on its lower edge");
  t.ok(brightness(640, 320) < 30, "inside");
  t.ok(brightness(100, 100) < 30, "outside");
});

t.test("raw pixels of each order keep their colours", async (t) => {
  const pixels = { rgb: [200, 10, 10], bgr: [10, 10, 200], rgba: [200, 10, 10, 255] };
  for (const [format, pixel] of Object.entries(pixels) as ["rgb" | "bgr" | "rgba", number[]][]) {
    const payload = Uint8Array.from(Array.from({ length: 32 * 32 }, () => pixel).flat());
    const jpeg = expectOk(
      await annotatePicture({ encoding: "raw", raw: { format, width: 32, height: 32 }, payload }, []),
    );
    const [red = 0, green = 0, blue = 0] = await sharp(jpeg).raw().toBuffer();
    t.ok(red > 190 && green < 25 && blue < 25, `${format}: ${red} ${green} ${blue}`);
  }
  const gray = {
    encoding: "raw" as const,
    raw: { format: "gray" as const, width: 32, height: 32 },
    payload: new Uint8Array(1024).fill(99),
  };
  t.ok((await annotatePicture(gray, [half])).ok);
});

t.test("a label stays text, whatever it holds", async (t) => {
  const label = `</text><image href="file:///etc/hostname"/>&"'\u0000\u001f`;
  const svg = overlaySvg([{ ...half, label }], { width: 640, height: 480 });
  t.notMatch(svg, /<image/);
  const black = await sharp({ create: { width: 64, height: 48, channels: 3, background: "#000" } })
    .png()
    .toBuffer();
  t.ok((await annotatePicture({ encoding: "png", raw: null, payload: black }, [{ ...half, label }])).ok, "it is drawn");
});

t.test("what is no picture is refused as a frame is", async (t) => {
  const trouble = expectTrouble(
    await annotatePicture({ encoding: "jpeg", raw: null, payload: Buffer.from("<svg/>") }, []),
  );
  t.equal(trouble.code, "not-a-picture");
});
