// Tables and loops against the formula written out slowly: x = (pixel / scale - mean) / std, code = round(x / s) + z.

import fc from "fast-check";
import t from "tap";
import { halfValue } from "../../../src/kernels/twin/half.js";
import { makePixelData, pixelTable } from "../../../src/kernels/twin/pixel-table.js";
import { pixelLoop } from "../../../src/kernels/twin/pixels-to-tensor.js";

const PIXELS = Array.from({ length: 256 }, (_, i) => i);

t.test("a float table holds the float nearest to the true value, a half table the nearest half", async (t) => {
  const normalise = { scale: 255, mean: 0.485, std: 0.229 };
  const float = pixelTable("float32", normalise, null);
  t.same(
    Array.from(float),
    PIXELS.map((pixel) => Math.fround((pixel / 255 - 0.485) / 0.229)),
  );
  const half = pixelTable("float16", normalise, null);
  t.ok(PIXELS.every((pixel) => Math.abs(halfValue(half[pixel] ?? 0) - (pixel / 255 - 0.485) / 0.229) < 1e-3));
});

t.test("integer models get the pixel itself, or the pixel less 128, as their scales say", async (t) => {
  const uint8 = pixelTable("uint8", { scale: 1, mean: 128, std: 128 }, { scale: 1 / 128, zeroPoint: 128 });
  t.same(Array.from(uint8), PIXELS);
  const int8 = pixelTable("int8", { scale: 255, mean: 0, std: 1 }, { scale: 1 / 255, zeroPoint: -128 });
  t.same(
    Array.from(int8),
    PIXELS.map((pixel) => pixel - 128),
  );
});

t.test("codes saturate instead of wrapping around, whatever the scale", async () => {
  const numbers = fc.double({ min: 0.001, max: 1000, noNaN: true });
  fc.assert(
    fc.property(
      numbers,
      fc.double({ min: -10, max: 10, noNaN: true }),
      numbers,
      fc.integer({ min: -128, max: 127 }),
      (scale, mean, codeScale, zeroPoint) => {
        const table = pixelTable("int8", { scale, mean, std: 1 }, { scale: codeScale, zeroPoint });
        // A rising function stays one: a wrap would fall.
        return PIXELS.slice(1).every((pixel) => (table[pixel] ?? 0) >= (table[pixel - 1] ?? 0));
      },
    ),
  );
});

t.test("each layout and order of channels puts every pixel where the model looks for it", async () => {
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      size,
      fc.boolean(),
      fc.boolean(),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      (count, planar, backwards, bytes) => {
        const pixels = Uint8Array.from({ length: 3 * count }, () => bytes.next().value);
        const order = backwards ? [2, 1, 0] : [0, 1, 2];
        // Different tables, so that a channel that got another one's is seen.
        const plans = order.map((from, i) => ({
          from,
          table: pixelTable("float32", { scale: i + 1, mean: i, std: 1 }, null),
        }));
        const tensor = makePixelData("float32", 3 * count);
        pixelLoop(plans, planar, count)(pixels, tensor);
        return plans.every(({ from, table }, channel) =>
          Array.from({ length: count }, (_, i) => i).every((i) => {
            const found = tensor[planar ? channel * count + i : 3 * i + channel];
            return found === table[pixels[3 * i + from] ?? 0];
          }),
        );
      },
    ),
  );
});

t.test("a gray picture is one plane in either layout", async (t) => {
  for (const planar of [true, false]) {
    const tensor = makePixelData("uint8", 3);
    const table = pixelTable("uint8", { scale: 1, mean: 0, std: 1 }, { scale: 2, zeroPoint: 1 });
    pixelLoop([{ from: 0, table }], planar, 3)(Uint8Array.of(0, 5, 255), tensor);
    t.same(Array.from(tensor), [1, 3, 129], "2.5 goes to the even 2, 127.5 to 128");
  }
});
