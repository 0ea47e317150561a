// Where a picture lies in the input, and that boxes find back.

import fc from "fast-check";
import t from "tap";
import { boxOnPicture, fitPicture, type Geometry } from "../../src/pipelines/geometry.js";

const side = fc.integer({ min: 1, max: 4000 });
const inputSide = fc.integer({ min: 8, max: 640 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const resize = fc.constantFrom("letterbox", "stretch", "crop");
const align = fc.constantFrom("center", "top-left");

/** A point of the picture in shares of the input. */
function onInput(x: number, y: number, geometry: Geometry): [number, number] {
  const { left, top, width, height, inputWidth, inputHeight } = geometry;
  return [(left + x * width) / inputWidth, (top + y * height) / inputHeight];
}

t.test("a box drawn on the picture comes back from the input to where it was", async () => {
  fc.assert(
    fc.property(
      side,
      side,
      inputSide,
      inputSide,
      resize,
      align,
      share,
      share,
      share,
      share,
      (w, h, iw, ih, how, pad_align, a, b, c, d) => {
        const geometry = fitPicture({ width: w, height: h }, [iw, ih], { resize: how, pad_align });
        const [left, right] = [Math.min(a, b), Math.max(a, b)];
        const [top, bottom] = [Math.min(c, d), Math.max(c, d)];
        fc.pre(right - left > 1e-6 && bottom - top > 1e-6);
        const [x0, y0] = onInput(left, top, geometry);
        const [x1, y1] = onInput(right, bottom, geometry);
        const box = boxOnPicture(x0, y0, x1, y1, geometry);
        const near = (found: number, wanted: number) => Math.abs(found - wanted) < 1e-6;
        return (
          box !== null &&
          near(box.x, left) &&
          near(box.y, top) &&
          near(box.x + box.w, right) &&
          near(box.y + box.h, bottom)
        );
      },
    ),
  );
});

t.test("any box at all comes back within the picture, or not at all", async () => {
  const anywhere = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      side,
      side,
      resize,
      align,
      fc.tuple(anywhere, anywhere, anywhere, anywhere),
      (w, h, how, pad_align, box) => {
        const found = boxOnPicture(...box, fitPicture({ width: w, height: h }, [320, 240], { resize: how, pad_align }));
        if (found === null) return true;
        const { x, y, w: width, h: height } = found;
        return x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 + 1e-12 && y + height <= 1 + 1e-12;
      },
    ),
  );
});

t.test("a letterbox lies inside the input and touches two sides; a crop covers it and sticks out on two", async () => {
  fc.assert(
    fc.property(side, side, inputSide, inputSide, align, (w, h, iw, ih, pad_align) => {
      const inner = fitPicture({ width: w, height: h }, [iw, ih], { resize: "letterbox", pad_align });
      const outer = fitPicture({ width: w, height: h }, [iw, ih], { resize: "crop", pad_align });
      const inside =
        inner.left >= 0 && inner.top >= 0 && inner.left + inner.width <= iw && inner.top + inner.height <= ih;
      const covers =
        outer.left <= 0 && outer.top <= 0 && outer.left + outer.width >= iw && outer.top + outer.height >= ih;
      const touches = inner.width === iw || inner.height === ih;
      return inside && covers && touches && (outer.width === iw || outer.height === ih);
    }),
  );
});

t.test("1920x1080 in a letterbox of 320x240", async (t) => {
  const size = { width: 1920, height: 1080 };
  const centred = { inputWidth: 320, inputHeight: 240, left: 0, top: 30, width: 320, height: 180 };
  t.same(fitPicture(size, [320, 240], { resize: "letterbox", pad_align: "center" }), centred);
  t.same(fitPicture(size, [320, 240], { resize: "letterbox", pad_align: "top-left" }), { ...centred, top: 0 });
  t.match(fitPicture(size, [240, 240], { resize: "crop", pad_align: "center" }), {
    left: -94,
    top: 0,
    width: 427,
    height: 240,
  });
});
