// The renderer and its faces: the same everywhere, never one face in training and in the demo, and a needle that shows its value.

import { createHash } from "node:crypto";
import fc from "fast-check";
import t from "tap";
import { gaugeSvg, landmarks } from "../../src/demo/gauge/gauge-svg.js";
import { randomScene } from "../../src/demo/gauge/random-scene.js";
import { renderGauge } from "../../src/demo/gauge/render.js";
import { type FaceStyle, type GaugeKind, valueAt } from "../../src/demo/gauge/scene.js";
import { isHeldOut, stylesOf } from "../../src/demo/gauge/styles.js";
import { DEMO_GAUGES, needleAt } from "../../src/demo/gauges.js";

const KINDS: readonly GaugeKind[] = ["pressure", "temperature", "level"];
const anyScene = fc.record({ seed: fc.integer(), kind: fc.constantFrom(...KINDS) });
const nameOf = ({ layout, needle, palette }: FaceStyle) => `${layout} ${needle} ${palette}`;

t.test("the same seed and needle give the same drawing, and another of either another one", async (t) => {
  fc.assert(
    fc.property(anyScene, fc.double({ min: 0, max: 1, noNaN: true }), ({ seed, kind }, fraction) => {
      const svg = gaugeSvg(randomScene(seed, kind), fraction);
      return svg === gaugeSvg(randomScene(seed, kind), fraction) && !svg.includes("NaN") && svg.endsWith("</svg>");
    }),
    { numRuns: 50 },
  );
  const scene = randomScene(1, "pressure");
  t.not(gaugeSvg(scene, 0.4), gaugeSvg(scene, 0.41));
  t.not(gaugeSvg(scene, 0.4), gaugeSvg(randomScene(2, "pressure"), 0.4));
});

t.test("the drawing of one seed is the one that the model was trained with", async (t) => {
  // Moves with every change of the renderer: the gauge reader must be trained anew then, and this digest with it.
  const svg = KINDS.map((kind) => gaugeSvg(randomScene(7, kind), 0.3)).join("");
  t.equal(createHash("sha256").update(svg).digest("hex").slice(0, 16), DIGEST);
});

t.test("no training face is held out, and each layout and needle is known from training by itself", async (t) => {
  const training = new Set(stylesOf("training").map(nameOf));
  const heldOut = stylesOf("held-out");
  t.ok(heldOut.length >= 7 && training.size > heldOut.length);
  for (const style of heldOut) t.ok(isHeldOut(style) && !training.has(nameOf(style)), nameOf(style));
  const known = stylesOf("training");
  for (const key of ["layout", "needle"] as const)
    for (const style of heldOut)
      t.ok(
        known.some((other) => other[key] === style[key]),
        style[key],
      );
  const pairs = new Set(known.map(({ layout, needle }) => `${layout} ${needle}`));
  t.notOk(
    heldOut.some(({ layout, needle }) => pairs.has(`${layout} ${needle}`)),
    "but never together",
  );
});

t.test("whoever does not ask for training faces gets strange ones, the demo too", async (t) => {
  fc.assert(fc.property(anyScene, ({ seed, kind }) => isHeldOut(randomScene(seed, kind).style)));
  fc.assert(
    fc.property(anyScene, ({ seed, kind }) => !isHeldOut(randomScene(seed, kind, { faces: "training" }).style)),
  );
  for (const { seed, kind, scale } of DEMO_GAUGES) {
    const scene = randomScene(seed, kind, { scale });
    t.ok(isHeldOut(scene.style));
    t.same(scene.scale, scale);
  }
});

t.test("the needle's tip goes around with the value, and everything to be read lies in the picture", async (t) => {
  const size = { width: 640, height: 480 };
  const isInside = ({ x, y }: { x: number; y: number }) => x >= 0 && x <= size.width && y >= 0 && y <= size.height;
  fc.assert(
    fc.property(anyScene, fc.constantFrom(0, 0.25, 0.5, 0.75, 1), ({ seed, kind }, fraction) => {
      const scene = randomScene(seed, kind);
      const { hub, tip, scale } = landmarks(scene, fraction, size, 4);
      // Of the five points of the scale, the one that the needle stands at is the nearest in direction.
      const angle = (point: { x: number; y: number }) => Math.atan2(point.y - hub.y, point.x - hub.x);
      const apart = (point: { x: number; y: number }) => Math.abs(Math.sin((angle(point) - angle(tip)) / 2));
      const nearest = scale.map(apart).indexOf(Math.min(...scale.map(apart)));
      return nearest === fraction * 4 && [hub, tip, ...scale].every(isInside);
    }),
  );
  t.pass();
});

t.test("the camera's picture is a JPEG of the size asked for, the same for the same noise", async (t) => {
  const scene = randomScene(11, "pressure");
  const [one, same, other] = await Promise.all(
    [5, 5, 6].map((noiseSeed) => renderGauge(scene, 0.5, { width: 160, height: 120, noiseSeed })),
  );
  t.same(one?.subarray(0, 3), Buffer.from([0xff, 0xd8, 0xff]));
  t.ok(one !== undefined && same !== undefined && one.equals(same));
  t.notOk(one !== undefined && other !== undefined && one.equals(other));
});

t.test("needles of the demo stay on their scales, move, and never together", async (t) => {
  for (const gauge of DEMO_GAUGES) {
    const path = Array.from({ length: 600 }, (_, second) => needleAt(gauge, second));
    t.ok(Math.min(...path) > 0.05 && Math.max(...path) < 0.95, gauge.name);
    t.ok(Math.max(...path) - Math.min(...path) > 0.6);
    t.ok(valueAt(gauge.scale, 0) === gauge.scale.min && valueAt(gauge.scale, 1) === gauge.scale.max);
  }
  t.equal(new Set(DEMO_GAUGES.map(({ periodS }) => periodS)).size, DEMO_GAUGES.length);
  t.equal(new Set(DEMO_GAUGES.map(({ seed }) => seed)).size, DEMO_GAUGES.length);
});

const DIGEST = "f5be2d020d7fcae3";
