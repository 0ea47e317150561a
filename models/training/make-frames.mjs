// Training frames for the gauge reader: draws gauges with the demo's own renderer, decodes and shrinks the JPEGs exactly as the
// engine does (sharp, letterbox), and leaves raw grey bytes and labels for Python. Never runs on a board.
//
//   node make-frames.mjs OUT training|held-out COUNT [WORKERS]      (after `npm run build`; ISOTHERM_DIST names another build)

import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import sharp from "sharp";

const here = fileURLToPath(new URL(".", import.meta.url));
const built = pathToFileURL(process.env.ISOTHERM_DIST ?? join(here, "../../dist")).href;
const { landmarks } = await import(`${built}/src/demo/gauge/gauge-svg.js`);
const { randomScene } = await import(`${built}/src/demo/gauge/random-scene.js`);
const { renderGauge } = await import(`${built}/src/demo/gauge/render.js`);
const { chance, pick, seededRandom } = await import(`${built}/src/base/random.js`);

/** Input sizes of the variants; Python reads the same list from frames.json. */
const SIZES = [
  [128, 96],
  [96, 72],
];
/** The scale's landmarks: nine points from 0 to full scale, besides hub and tip. */
const SCALE_STEPS = 8;
/** Sets do not share seeds. Noise and faces of one seed are the same in every run. */
const FIRST_SEED = { training: 1, "held-out": 10_000_001 };
const KINDS = ["pressure", "temperature", "level"];
/** The pad value of the package's letterbox (model.yaml). */
const PAD = { r: 114, g: 114, b: 114 };

const [out, set, countText, workersText, workerText] = process.argv.slice(2);
const count = Number(countText);
const workers = Number(workersText ?? 2);
mkdirSync(out, { recursive: true });

if (workerText === undefined) {
  const ends = Array.from({ length: workers }, (_, i) => runWorker(i));
  if ((await Promise.all(ends)).some((code) => code !== 0)) throw new Error("a worker failed");
  for (const name of [...SIZES.map(([w, h]) => `${w}x${h}.u8`), "labels.f32"]) joinParts(name);
  writeFileSync(join(out, "frames.json"), JSON.stringify({ set, count, sizes: SIZES, scaleSteps: SCALE_STEPS }));
} else {
  await makePart(Number(workerText));
}

function runWorker(index) {
  const args = [fileURLToPath(import.meta.url), out, set, String(count), String(workers), String(index)];
  return new Promise((resolve) => spawn(process.execPath, args, { stdio: "inherit" }).on("exit", resolve));
}

/** Parts are contiguous, so the joined file has the frames in the order of their seeds, however many workers made them. */
function joinParts(name) {
  const parts = Array.from({ length: workers }, (_, i) => readFileSync(join(out, `${name}.${i}`)));
  writeFileSync(join(out, name), Buffer.concat(parts));
  for (let i = 0; i < workers; i++) rmSync(join(out, `${name}.${i}`));
}

async function makePart(worker) {
  sharp.concurrency(1);
  sharp.cache(false);
  const files = SIZES.map(([w, h]) => openSync(join(out, `${w}x${h}.u8.${worker}`), "w"));
  const labels = openSync(join(out, `labels.f32.${worker}`), "w");
  const [from, to] = [Math.floor((count * worker) / workers), Math.floor((count * (worker + 1)) / workers)];
  for (let i = from; i < to; i++) {
    const seed = FIRST_SEED[set] + i;
    // Its own sequence: the scene's draws must not shift when this one draws more.
    const random = seededRandom(seed ^ 0x5eed);
    const scene = randomScene(seed, KINDS[i % KINDS.length], { faces: set });
    const fraction = chance(random, 0.06) ? pick(random, [0, 1]) : random();
    const frame = set === "training" ? trainingFrame(random) : { width: 640, height: 480 };
    const kernel =
      set === "training" ? pick(random, ["lanczos3", "lanczos3", "cubic", "mitchell", "linear"]) : "lanczos3";
    const jpeg = await renderGauge(scene, fraction, frame);
    for (const [k, [width, height]] of SIZES.entries()) {
      const raw = await sharp(jpeg)
        .rotate()
        .resize(width, height, { fit: "contain", background: PAD, kernel })
        .greyscale()
        .raw()
        .toBuffer();
      if (raw.length !== width * height) throw new Error(`expected one grey byte per pixel, got ${raw.length}`);
      writeSync(files[k], raw);
    }
    writeSync(labels, Buffer.from(label(scene, fraction, frame).buffer));
    if ((i - from) % 1000 === 999)
      process.stderr.write(`${set}: worker ${worker} made ${i - from + 1} of ${to - from}\n`);
  }
}

/** Mostly what the demo's camera sends; other shapes teach the letterbox, small ones teach that pictures get enlarged, too. */
function trainingFrame(random) {
  const size = pick(random, [...Array(8).fill([640, 480]), [640, 360], [480, 480], [480, 360], [320, 240]]);
  return { width: size[0], height: size[1] };
}

/** fraction, then x and y of hub, tip and scale points, as shares of the letterboxed input (4:3 for all variants). */
function label(scene, fraction, frame) {
  const marks = landmarks(scene, fraction, frame, SCALE_STEPS);
  const shrink = Math.min(4 / frame.width, 3 / frame.height);
  const [left, top] = [(4 - frame.width * shrink) / 2, (3 - frame.height * shrink) / 2];
  const points = [marks.hub, marks.tip, ...marks.scale];
  const shares = points.flatMap((p) => [(left + p.x * shrink) / 4, (top + p.y * shrink) / 3]);
  return Float32Array.from([fraction, ...shares]);
}
