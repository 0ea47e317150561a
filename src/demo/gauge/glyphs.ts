// Figures and letters as strokes of a pen: boards have no fonts, and a font found on one machine would change the picture on another.

/** Grid of a glyph: 4 wide, 6 high, y down; strokes are parted by `|`. Letters that stand lower start at y = 2. */
const GLYPHS: Readonly<Record<string, string>> = {
  "0": "2,0 3.2,.4 4,1.6 4,4.4 3.2,5.6 2,6 .8,5.6 0,4.4 0,1.6 .8,.4 2,0",
  "1": ".8,1.2 2.2,0 2.2,6",
  "2": "0,1.6 .4,.6 1.4,0 2.6,0 3.6,.6 4,1.6 3.6,2.8 0,6 4,6",
  "3": "0,.6 1.4,0 2.6,0 3.6,.6 3.8,1.5 3.4,2.4 2,2.8 3.6,3.3 4,4.4 3.6,5.4 2.6,6 1.2,6 0,5.3",
  "4": "3,6 3,0 0,4.2 4,4.2",
  "5": "3.8,0 .6,0 .3,2.6 1.8,2.2 3.2,2.6 4,3.8 3.8,5 2.8,5.9 1.4,6 0,5.3",
  "6": "3.6,.5 2.4,0 1.2,.5 .3,2 0,4 .5,5.4 1.6,6 2.8,5.9 3.8,5 4,4 3.5,2.9 2.4,2.4 1.2,2.6 .2,3.6",
  "7": "0,0 4,0 1.6,6",
  "8": "2,2.8 .8,2.3 .3,1.4 .8,.4 2,0 3.2,.4 3.7,1.4 3.2,2.3 2,2.8 .6,3.4 0,4.5 .6,5.6 2,6 3.4,5.6 4,4.5 3.4,3.4 2,2.8",
  "9": ".4,5.5 1.6,6 2.8,5.5 3.7,4 4,2 3.5,.6 2.4,0 1.2,.1 .2,1 0,2 .5,3.1 1.6,3.6 2.8,3.4 3.8,2.4",
  ".": "1.9,5.8 2.1,6",
  "-": ".4,3 3.6,3",
  "%": "4,0 0,6|1,0 1.8,.8 1,1.6 .2,.8 1,0|3,4.4 3.8,5.2 3,6 2.2,5.2 3,4.4",
  "°": "2.6,-.4 3.6,.1 4,1 3.6,1.9 2.6,2.4 1.6,1.9 1.2,1 1.6,.1 2.6,-.4",
  C: "4,1.2 3.2,.3 2,0 .8,.5 0,2 0,4 .8,5.5 2,6 3.2,5.7 4,4.8",
  L: ".4,0 .4,6 3.6,6",
  P: ".4,6 .4,0 2.8,0 3.8,.8 3.8,2.2 2.8,3 .4,3",
  a: ".6,2.4 2,2 3.2,2.5 3.4,3.4 3.4,6|3.4,3.8 1.4,3.8 .4,4.8 1,5.8 2.2,6 3.4,5",
  b: ".4,0 .4,6|.4,3 1.6,2 3,2.2 3.8,3.4 3.8,4.6 3,5.8 1.6,6 .4,5",
  e: ".4,4 3.6,4 3.4,2.8 2,2 .8,2.6 .2,4 .8,5.5 2,6 3.4,5.4",
  i: "2,2 2,6|1.9,.6 2.1,.8",
  k: ".4,0 .4,6|3.4,2 .4,4.4|1.6,3.6 3.6,6",
  l: "2,0 2,6",
  p: ".4,2 .4,8|.4,3 1.6,2 3,2.2 3.8,3.4 3.8,4.6 3,5.8 1.6,6 .4,5",
  r: ".8,2 .8,6|.8,3.4 1.8,2.2 3.2,2",
  s: "3.6,2.5 2,2 .6,2.5 .8,3.6 3.2,4.4 3.4,5.5 2,6 .4,5.5",
  v: ".2,2 2,6 3.8,2",
};

const ADVANCE = 5.6;
const HEIGHT = 6;

type Stroke = readonly (readonly [number, number])[];

const parsed = new Map(
  Object.entries(GLYPHS).map(([letter, strokes]) => [letter, strokes.split("|").map(parseStroke)]),
);

function parseStroke(text: string): Stroke {
  return text.split(" ").map((pair) => {
    const [x, y] = pair.split(",").map(Number);
    return [x ?? 0, y ?? 0] as const;
  });
}

/**
 * The pen's strokes for a line of text, centred on (0, 0), y down, capitals of height 1.
 * A letter that has no glyph leaves a gap: a face with a foreign unit is still a gauge.
 */
export function textStrokes(text: string): Stroke[] {
  const letters = [...text];
  const left = -((letters.length - 1) * ADVANCE + 4) / 2;
  return letters.flatMap((letter, index) =>
    (parsed.get(letter) ?? []).map((stroke) =>
      stroke.map(([x, y]) => [(left + index * ADVANCE + x) / HEIGHT, y / HEIGHT - 0.5] as const),
    ),
  );
}
