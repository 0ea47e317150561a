// All that is not dial or needle: wall, pipe, bezel and screws below; glass, light and dark above.

import { disc, filled, outlinePath, polygon, ring } from "./brush.js";
import { type Point3, polar, type View } from "./camera-view.js";
import { glassOutline } from "./draw-dial.js";
import type { GaugeScene } from "./scene.js";

/** Gradients and clips that the elements refer to. */
export function drawDefinitions(scene: GaugeScene, view: View): string {
  const { bezel, light, background } = scene;
  const glares = scene.glare.map(
    (glare, i) =>
      `<radialGradient id="g${i}"><stop offset="0" stop-color="#fff" stop-opacity="${glare.opacity.toFixed(2)}"/>` +
      `<stop offset="0.45" stop-color="#fff" stop-opacity="${(glare.opacity * 0.5).toFixed(2)}"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>`,
  );
  return [
    "<defs>",
    linear("wall", background.angleDeg, [background.from, background.to]),
    // Turned towards the light: bright edge there, dark edge opposite, and the other way round on the inner wall.
    linear("rim", light.fromDeg + 180, ["#fff", bezel.color, bezel.edge]),
    linear("lip", light.fromDeg, ["#fff", bezel.color, bezel.edge]),
    `<linearGradient id="dark" gradientTransform="rotate(${Math.round(light.fromDeg + 90)} .5 .5)">` +
      `<stop offset="0.2" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity="${light.falloff.toFixed(2)}"/></linearGradient>`,
    ...glares,
    `<clipPath id="glass"><path d="${outlinePath(view, [glassOutline()])}"/></clipPath>`,
    "</defs>",
  ].join("");
}

/** A gradient along an angle in degrees clockwise from twelve o'clock. */
function linear(id: string, angleDeg: number, colors: readonly string[]): string {
  const stops = colors.map(
    (color, i) => `<stop offset="${(i / (colors.length - 1)).toFixed(2)}" stop-color="${color}"/>`,
  );
  return `<linearGradient id="${id}" gradientTransform="rotate(${Math.round(angleDeg - 90)} .5 .5)">${stops.join("")}</linearGradient>`;
}

/** Wall, clutter, pipe, bezel: everything below the dial. */
export function drawBehind(scene: GaugeScene, view: View): string[] {
  const { width, height } = view.size;
  const px = (share: number, of: number): number => Math.round(share * of);
  const elements = [`<rect width="${width}" height="${height}" fill="url(#wall)"/>`];
  for (const shape of scene.background.shapes) {
    const box = { x: px(shape.x, width), y: px(shape.y, height), w: px(shape.w, width), h: px(shape.h, height) };
    elements.push(
      shape.kind === "bar"
        ? `<rect x="${box.x}" y="${box.y}" width="${box.w}" height="${box.h}" fill="${shape.color}"/>`
        : `<ellipse cx="${box.x}" cy="${box.y}" rx="${box.w / 2}" ry="${box.w / 2}" fill="${shape.color}"/>`,
    );
  }
  return [...elements, ...drawStem(scene, view), ...drawBezel(scene, view)];
}

function drawStem(scene: GaugeScene, view: View): string[] {
  const { stem } = scene.background;
  if (stem === null) return [];
  const strip = (from: number, to: number, paint: { fill: string; opacity?: number }): string => {
    const corners: Point3[] = [
      { x: from * stem.width, y: 0, z: -0.2 },
      { x: to * stem.width, y: 0, z: -0.2 },
      { x: to * stem.width, y: 2.4, z: -0.2 },
      { x: from * stem.width, y: 2.4, z: -0.2 },
    ];
    return polygon(view, corners, paint);
  };
  // Dark edges and a bright line make the strip a pipe.
  return [
    strip(-1, 1, { fill: stem.color }),
    strip(-1, -0.6, { fill: "#000", opacity: 0.3 }),
    strip(0.6, 1, { fill: "#000", opacity: 0.35 }),
    strip(-0.3, 0, { fill: "#fff", opacity: 0.3 }),
  ];
}

function drawBezel(scene: GaugeScene, view: View): string[] {
  const { bezel, light } = scene;
  const outer = 1 + bezel.width;
  const shadow = polar(light.fromDeg + 180, 0.06);
  const cast = outerOutline(bezel.shape, outer).map((p) => ({ x: p.x + shadow.x, y: p.y + shadow.y, z: -0.1 }));
  const elements = [
    polygon(view, cast, { fill: "#000", opacity: 0.3 }),
    polygon(view, outerOutline(bezel.shape, outer), { fill: "url(#rim)" }),
  ];
  if (bezel.shape !== "round")
    elements.push(ring(view, { inner: 0, outer: 1 + bezel.width * 0.6 }, { fill: bezel.color }));
  elements.push(ring(view, { inner: 0, outer: 1 + bezel.width * 0.45 }, { fill: "url(#lip)" }));
  elements.push(ring(view, { inner: 0, outer: 1.015 }, { fill: bezel.edge }));
  for (let i = 0; i < bezel.screws; i++) {
    const angleDeg = 45 + (360 * i) / bezel.screws;
    const radius = bezel.shape === "square" ? (1 + bezel.width * 0.4) * 1.25 : 1 + bezel.width * 0.85;
    elements.push(
      disc(view, polar(angleDeg, radius), 0.05, { fill: "#44484c" }),
      disc(view, polar(angleDeg, radius), 0.038, { fill: "#a9afb4" }),
    );
  }
  return elements;
}

function outerOutline(shape: GaugeScene["bezel"]["shape"], outer: number): Point3[] {
  if (shape === "square")
    return [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ].map(([x = 0, y = 0]) => ({ x: x * outer, y: y * outer, z: 0 }));
  const radius = shape === "flange" ? outer * 1.08 : outer;
  return Array.from({ length: 90 }, (_, i) => polar(i * 4, radius));
}

/** Shade of the bezel on the dial, reflections on the glass, and the darker side of the picture. */
export function drawInFront(scene: GaugeScene, view: View): string[] {
  const { light } = scene;
  const { width, height } = view.size;
  const shade = polar(light.fromDeg + 180, 0.05);
  const lit = glassOutline().map((p) => ({ x: p.x + shade.x, y: p.y + shade.y, z: 0 }));
  const glares = scene.glare.map((glare, i) => {
    const outline = Array.from({ length: 36 }, (_, k) => {
      const p = polar(k * 10, glare.radius);
      return { x: glare.x + p.x, y: glare.y + p.y * glare.squeeze, z: 0.06 };
    });
    return filled(outlinePath(view, [outline]), { fill: `url(#g${i})` });
  });
  return [
    `<g clip-path="url(#glass)">`,
    filled(outlinePath(view, [glassOutline(), lit]), { fill: "#000", opacity: light.shadow * 0.6 }),
    ...glares,
    "</g>",
    `<rect width="${width}" height="${height}" fill="url(#dark)"/>`,
  ];
}
