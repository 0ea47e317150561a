// The native fit_to_tensor against exact arithmetic, and every twin that this CPU runs against the reference, bit for bit.

import fc from "fast-check";
import t from "tap";
import {
  loadAddon,
  type NativeElement,
  type NativeFormat,
  type NativeSource,
  type NativeTensor,
  type NativeWindow,
} from "../../../src/kernels/addon.js";
import { exactLevels, levels, noise, planeShapes, sourceOf } from "./pictures.js";

const { addon, reason } = loadAddon();
const skip = addon === null ? `no native addon: ${reason}` : false;

const FORMATS: readonly NativeFormat[] = ["rgb", "bgr", "rgba", "gray", "nv12", "yuyv", "yuv_planar"];
const ELEMENTS: readonly NativeElement[] = ["float32", "float16", "uint8", "int8"];

interface Case {
  readonly source: NativeSource;
  readonly tensor: NativeTensor;
  readonly window: NativeWindow;
  /** The pixels, made from a seed when needed: a counterexample that lists them cannot be read. */
  bytes(): Uint8Array;
}

function makeTensor(element: NativeElement, length: number) {
  if (element === "float32") return new Float32Array(length);
  if (element === "float16") return new Uint16Array(length);
  return element === "uint8" ? new Uint8Array(length) : new Int8Array(length);
}

function fit({ source, tensor, window, bytes }: Case) {
  const channels = tensor.color === "gray" ? 1 : 3;
  const out = makeTensor(tensor.element, channels * tensor.width * tensor.height);
  if (addon !== null) new addon.FitPlan(tensor, source, window).fit(bytes(), out);
  return out;
}

const side = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 80 }),
  fc.integer({ min: 100, max: 400 }),
);
const factor = fc.double({ min: -2, max: 2, noNaN: true });

const cases = fc
  .record({
    format: fc.constantFrom(...FORMATS),
    width: side,
    height: side,
    part: fc.integer({ min: 0, max: 7 }),
    chromaX: fc.constantFrom(1, 2, 4),
    chromaY: fc.constantFrom(1, 2, 4),
    limitedRange: fc.boolean(),
    orientation: fc.integer({ min: 1, max: 8 }),
    outWidth: fc.integer({ min: 1, max: 70 }),
    outHeight: fc.integer({ min: 1, max: 40 }),
    element: fc.constantFrom(...ELEMENTS),
    layout: fc.constantFrom("nchw" as const, "nhwc" as const),
    color: fc.constantFrom("rgb" as const, "bgr" as const, "gray" as const),
    multiply: fc.tuple(factor, factor, factor),
    add: fc.tuple(factor, factor, factor),
    zeroPoint: fc.integer({ min: -128, max: 255 }),
    pad: fc.integer({ min: 0, max: 255 }),
    left: fc.integer({ min: -20, max: 20 }),
    top: fc.integer({ min: -20, max: 20 }),
    windowWidth: fc.integer({ min: 1, max: 120 }),
    windowHeight: fc.integer({ min: 1, max: 80 }),
    offset: fc.integer({ min: 0, max: 5 }),
    padding: fc.integer({ min: 0, max: 7 }),
    seed: fc.integer(),
  })
  .map((drawn): Case => {
    const { format, chromaX, chromaY, limitedRange, orientation } = drawn;
    const bare = sourceOf(format, drawn.width, drawn.height, { chromaX, chromaY, limitedRange, orientation });
    // A JPEG at n/8 may end within a sample.
    const eighths = (size: number) => Math.max(1, 8 * size - drawn.part);
    const sized = { ...bare, widthEighths: eighths(drawn.width), heightEighths: eighths(drawn.height) };
    let end = drawn.offset;
    const planes = planeShapes(sized).map((shape) => {
      const stride = shape.columns * shape.interleave + drawn.padding;
      const place = { offset: end, stride };
      end += stride * shape.rows;
      return place;
    });
    const bytes = () => {
      const random = noise(drawn.seed);
      // Extreme values as well as noise: saturation happens there.
      return Uint8Array.from({ length: end }, () => {
        const value = random();
        return value < 40 ? 0 : value > 215 ? 255 : value;
      });
    };
    const { element, layout, color, multiply, add, zeroPoint, pad } = drawn;
    const tensor = {
      width: drawn.outWidth,
      height: drawn.outHeight,
      element,
      layout,
      color,
      multiply,
      add,
      zeroPoint,
      pad,
    };
    const window = { left: drawn.left, top: drawn.top, width: drawn.windowWidth, height: drawn.windowHeight };
    return { source: { ...sized, planes }, tensor, window, bytes };
  });

t.test("every twin makes the reference's very bits of any source, window and tensor", { skip }, async (t) => {
  const twins = (addon?.kernelNames() ?? []).filter((name) => name !== "reference");
  t.teardown(() => addon?.useKernels(addon.kernelNames().at(-1) ?? "reference"));
  fc.assert(
    fc.property(cases, (made) => {
      addon?.useKernels("reference");
      const expected = fit(made);
      for (const name of twins) {
        addon?.useKernels(name);
        const found = fit(made);
        if (Buffer.compare(Buffer.from(found.buffer), Buffer.from(expected.buffer)) !== 0) {
          const at = found.findIndex((value, i) => !Object.is(value, expected[i]));
          throw new Error(`${name} differs at ${at}: ${found[at]} instead of ${expected[at]}`);
        }
      }
    }),
    { numRuns: 2000 },
  );
  t.pass(`${twins.join(", ")} agree with the reference`);
});

t.test(
  "the reference is within a level of exact arithmetic, on every format, orientation and window",
  { skip },
  async (t) => {
    addon?.useKernels("reference");
    let worst = 0;
    fc.assert(
      fc.property(cases, (made) => {
        const packed = { ...made.source, planes: null };
        const size = planeShapes(packed).reduce(
          (sum, { columns, rows, interleave }) => sum + columns * rows * interleave,
          0,
        );
        const random = noise(size);
        const bytes = Uint8Array.from({ length: size }, random);
        let off = 0;
        const tensor = levels(made.tensor.width, made.tensor.height, {
          color: made.tensor.color,
          pad: made.tensor.pad,
        });
        const found = fit({ source: packed, tensor, window: made.window, bytes: () => bytes });
        const exact = exactLevels(
          bytes,
          packed,
          { ...tensor, color: tensor.color === "bgr" ? "rgb" : tensor.color },
          made.window,
        );
        const plane = tensor.width * tensor.height;
        for (let i = 0; i < found.length; i++) {
          const channel = Math.floor(i / plane);
          const from = tensor.color === "bgr" ? (2 - channel) * plane + (i % plane) : i;
          off = Math.max(off, Math.abs((found[i] ?? Number.NaN) - (exact[from] ?? Number.NaN)));
        }
        // Noise is the worst of pictures for row weights of 1/256, the more of them the worse; YUV's matrix enlarges errors.
        const isYuv = made.source.format.startsWith("y") || made.source.format === "nv12";
        const shrunk = made.source.heightEighths / 8 / Math.min(made.window.width, made.window.height);
        const allowed = (isYuv ? 3 : 1.5) * (1 + Math.max(0, shrunk) / 40);
        if (!(off <= allowed)) throw new Error(`off by ${off} levels, allowed are ${allowed}`);
        worst = Math.max(worst, off);
      }),
      { numRuns: 300 },
    );
    t.pass(`off by ${worst.toFixed(3)} levels at most`);
  },
);

t.test("a flat picture keeps its level exactly, whatever the sizes", { skip }, async (t) => {
  for (const [width, height] of [
    [1, 1],
    [7, 5],
    [333, 251],
  ] as const) {
    const source = sourceOf("rgb", width, height);
    const bytes = new Uint8Array(3 * width * height).fill(201);
    const out = fit({
      source,
      tensor: levels(33, 17),
      window: { left: 0, top: 0, width: 33, height: 17 },
      bytes: () => bytes,
    });
    t.ok(out.every((value) => value === 201));
  }
});

t.test("a picture of the tensor's own size comes through unchanged", { skip }, async (t) => {
  const random = noise(5);
  const bytes = Uint8Array.from({ length: 3 * 31 * 19 }, random);
  const window = { left: 0, top: 0, width: 31, height: 19 };
  const out = fit({
    source: sourceOf("rgb", 31, 19),
    tensor: levels(31, 19, { layout: "nhwc" }),
    window,
    bytes: () => bytes,
  });
  t.same([...out], [...bytes]);
});

t.test("the longest strip of a picture can be cropped to the largest tensor's height", { skip }, async (t) => {
  if (addon === null) return;
  const [width, height] = [65535, 1];
  const strip = Uint8Array.from({ length: 3 * width }, (_, i) => (i < 3 * 32760 ? 10 : 250));
  const window = { left: -Math.floor((8192 * width - 64) / 2), top: 0, width: 8192 * width, height: 8192 };
  const out = new Uint8Array(3 * 64 * 8192);
  const tensor = levels(64, 8192, { element: "uint8", layout: "nhwc" });
  new addon.FitPlan(tensor, sourceOf("rgb", width, height), window).fit(strip, out);
  t.ok(
    out.every((value) => value === 250),
    "the middle, enlarged",
  );
});

t.test("a wrong argument is thrown by its name", { skip }, async (t) => {
  if (addon === null) return;
  const window = { left: 0, top: 0, width: 4, height: 4 };
  const tensor = levels(4, 4);
  const source = sourceOf("rgb", 4, 4);
  const plan = new addon.FitPlan(tensor, source, window);
  const wrong = (make: () => unknown, argument: string) => t.throws(make, { code: "ERR_ISOTHERM_ARGUMENT", argument });
  wrong(() => new addon.FitPlan({ ...tensor, width: 0 }, source, window), "tensor.width");
  wrong(() => new addon.FitPlan({ ...tensor, add: [0, Number.NaN, 0] }, source, window), "tensor.add[1]");
  wrong(() => new addon.FitPlan({ ...tensor, multiply: [1, 1, Infinity] }, source, window), "tensor.multiply[2]");
  wrong(() => new addon.FitPlan({ ...tensor, element: "int64" as "int8" }, source, window), "tensor.element");
  wrong(() => new addon.FitPlan(tensor, { ...source, widthEighths: 8 * 65536 }, window), "source.widthEighths");
  wrong(() => new addon.FitPlan(tensor, { ...source, orientation: 9 }, window), "source.orientation");
  wrong(() => new addon.FitPlan(tensor, { ...source, chromaX: 3 }, window), "source.chromaX");
  const planes = [{ offset: 0, stride: 11 }];
  wrong(() => new addon.FitPlan(tensor, { ...source, planes }, window), "source.planes[0].stride");
  wrong(() => new addon.FitPlan(tensor, source, { ...window, width: 0.5 }), "window.width");
  wrong(() => plan.fit(new Uint8Array(47), new Float32Array(48)), "source");
  wrong(() => plan.fit(new Uint8Array(48), new Float32Array(47)), "tensor");
  wrong(() => plan.fit(new Uint8Array(48), new Uint8Array(48)), "tensor");
  wrong(() => plan.fit({} as Uint8Array, new Float32Array(48)), "source");
  wrong(() => addon.decodeJpeg("x" as unknown as Uint8Array, 1, 1, false, 1), "bytes");
  wrong(() => addon.decodeJpeg(new Uint8Array(1), 0, 1, false, 1), "leastWidth");
});
