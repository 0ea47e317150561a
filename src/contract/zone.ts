// A named part of the picture, as the configuration draws it.

/** Corners in 0..1 of the picture as displayed; at least three. */
export type Polygon = readonly (readonly [x: number, y: number])[];
export type Zones = Readonly<Record<string, Polygon>>;
