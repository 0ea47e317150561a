// Which faces there are, and which of them no training ever saw. One truth for the renderer, the training and the demo.

import type { FaceStyle, LayoutName, NeedleShape, PaletteName } from "./scene.js";

export const LAYOUTS: readonly LayoutName[] = ["classic", "outside", "banded", "bare", "dense", "bold", "dotted"];
export const NEEDLE_SHAPES: readonly NeedleShape[] = ["tapered", "baton", "arrow", "lance", "counterweight", "spade"];

/** Colours of a face: the dial, what is printed on it, and needles that show on it, even without colour. */
export interface Palette {
  readonly face: string;
  readonly ink: string;
  readonly needles: readonly string[];
}

/** Each needle differs from its dial by at least a quarter of the range in luminance: the model sees grey. */
export const PALETTES: Readonly<Record<PaletteName, Palette>> = {
  paper: { face: "#f4f4f0", ink: "#151515", needles: ["#101010", "#c01818", "#1c2c70"] },
  cream: { face: "#efe3c2", ink: "#2a2016", needles: ["#1a1410", "#9c1c10", "#2a2016"] },
  silver: { face: "#c3c7ca", ink: "#15181a", needles: ["#0c0c0c", "#a01010", "#202830"] },
  night: { face: "#17191c", ink: "#f0f0ec", needles: ["#f4f4f0", "#ff8a1c", "#f0d020"] },
  petrol: { face: "#123c48", ink: "#e8f2f0", needles: ["#f6f6f2", "#ffa030", "#ffe14a"] },
  sun: { face: "#f0cf3c", ink: "#1c1a10", needles: ["#101010", "#8c1010", "#1a2050"] },
  mint: { face: "#cfe6d2", ink: "#12301c", needles: ["#0e1a10", "#a81414", "#123020"] },
  slate: { face: "#3c4450", ink: "#eef0f4", needles: ["#ffffff", "#ffb04a", "#f4e040"] },
};

/** Palettes that only held-out faces wear: a light one and a dark one. */
const HELD_OUT_PALETTES: readonly PaletteName[] = ["mint", "slate"];

/**
 * True where no training face has this combination. Two rules make the faces strange to the model: the pair of layout and needle
 * (seven of the forty-two; each layout and each needle is known, never together), and two palettes that training never wears.
 */
export function isHeldOut(style: FaceStyle): boolean {
  return isHeldOutPair(style) || HELD_OUT_PALETTES.includes(style.palette);
}

function isHeldOutPair(style: FaceStyle): boolean {
  return (LAYOUTS.indexOf(style.layout) + NEEDLE_SHAPES.indexOf(style.needle)) % NEEDLE_SHAPES.length === 2;
}

/** `training`, or `held-out` for faces that the model never saw. */
export type FaceSet = "training" | "held-out";

/** Every style of a set. A held-out style has the strange pair and may also have a strange palette. */
export function stylesOf(set: FaceSet): FaceStyle[] {
  const all = LAYOUTS.flatMap((layout) =>
    NEEDLE_SHAPES.flatMap((needle) =>
      (Object.keys(PALETTES) as PaletteName[]).map((palette): FaceStyle => ({ layout, needle, palette })),
    ),
  );
  return set === "training" ? all.filter((style) => !isHeldOut(style)) : all.filter(isHeldOutPair);
}
