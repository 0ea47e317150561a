// The package of the gauge reader from what training left: copies the files, measures every variant on faces that no training saw
// with the runtime that boards use, and writes manifest, model card, golden answers and a small labelled set for `isotherm eval`.
//
//   node make-package.mjs FRAMES_DIR MODELS_DIR PACKAGE_DIR          (after `npm run build`; ISOTHERM_DIST names another build)

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as ort from "onnxruntime-node";
import sharp from "sharp";

const here = fileURLToPath(new URL(".", import.meta.url));
const built = pathToFileURL(process.env.ISOTHERM_DIST ?? join(here, "../../dist")).href;
const { randomScene } = await import(`${built}/src/demo/gauge/random-scene.js`);
const { renderGauge } = await import(`${built}/src/demo/gauge/render.js`);

const VERSION = "1.0.0";
/** Best first. */
const VARIANTS = [
  { name: "fp32-128", from: "teacher.onnx", size: [128, 96], precision: "fp32", role: "teacher" },
  { name: "int8-128", from: "teacher-int8.onnx", size: [128, 96], precision: "int8", role: "fp32-128, quantised" },
  { name: "fp32-96", from: "student.onnx", size: [96, 72], precision: "fp32", role: "student of fp32-128" },
  { name: "int8-96", from: "student-int8.onnx", size: [96, 72], precision: "int8", role: "fp32-96, quantised" },
];
const KINDS = ["pressure", "temperature", "level"];
/** The labelled set in the package: seeds past those of the measured set, so it is unseen by training and measuring alike. */
const SAMPLES = { firstSeed: 20_000_001, count: 21, maxBytes: 700_000 };
const GOLDEN_COUNT = 8;
const PAD = { r: 114, g: 114, b: 114 };

const [framesDir, modelsDir, packageDir] = process.argv.slice(2);
rmSync(packageDir, { recursive: true, force: true });
mkdirSync(packageDir, { recursive: true });

const held = readHeld(join(framesDir, "held"));
const samples = await makeSamples();
const measured = [];
for (const variant of VARIANTS) {
  const file = `gauge-${variant.name}.onnx`;
  copyFileSync(join(modelsDir, variant.from), join(packageDir, file));
  const session = await ort.InferenceSession.create(join(packageDir, file), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  measured.push({
    ...variant,
    file,
    bytes: statSync(join(packageDir, file)).size,
    ...(await measure(session, variant)),
  });
  await session.release();
}
writeFileSync(join(packageDir, "golden.json"), `${JSON.stringify(golden(), null, 2)}\n`);
writeFileSync(join(packageDir, "model.yaml"), manifest());
writeFileSync(join(packageDir, "MODEL_CARD.md"), card());
for (const v of measured) process.stderr.write(`${v.name}: ${line(v.held)}; samples ${line(v.samples)}\n`);

function readHeld(folder) {
  const { count } = JSON.parse(readFileSync(join(folder, "frames.json"), "utf8"));
  const bytes = readFileSync(join(folder, "labels.f32"));
  const labels = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const perFrame = labels.length / count;
  const fractions = Array.from({ length: count }, (_, i) => labels[i * perFrame]);
  return { count, fractions, pixels: (w, h) => readFileSync(join(folder, `${w}x${h}.u8`)) };
}

/** Frames at round values from 0 to 100 %, in folders named by value: the form that `isotherm eval` reads. */
async function makeSamples() {
  const made = [];
  for (let i = 0; i < SAMPLES.count; i++) {
    const value = Math.round((i / (SAMPLES.count - 1)) * 200) / 2;
    const scene = randomScene(SAMPLES.firstSeed + i, KINDS[i % KINDS.length], { faces: "held-out" });
    const jpeg = await renderGauge(scene, value / 100);
    const path = `heldout/${value}/${scene.kind}-${scene.style.palette}.jpg`;
    mkdirSync(join(packageDir, `heldout/${value}`), { recursive: true });
    writeFileSync(join(packageDir, path), jpeg);
    made.push({ path, value, jpeg });
  }
  const bytes = made.reduce((sum, { jpeg }) => sum + jpeg.length, 0);
  if (bytes > SAMPLES.maxBytes) throw new Error(`the labelled set takes ${bytes} bytes, more than ${SAMPLES.maxBytes}`);
  return made;
}

async function measure(session, { size }) {
  const [width, height] = size;
  const read = async (grey) => {
    const tensor = new ort.Tensor(
      "float32",
      Float32Array.from(grey, (v) => v / 255),
      [1, 1, height, width],
    );
    return Number((await session.run({ image: tensor })).fraction.data[0]);
  };
  const pixels = held.pixels(width, height);
  const errors = [];
  const started = performance.now();
  for (let i = 0; i < held.count; i++) {
    errors.push(
      Math.abs((await read(pixels.subarray(i * width * height, (i + 1) * width * height))) - held.fractions[i]),
    );
  }
  const readMs = (performance.now() - started) / held.count;
  const answers = [];
  for (const { jpeg } of samples) {
    const shrunk = sharp(jpeg).rotate().resize(width, height, { fit: "contain", background: PAD });
    answers.push(await read(await shrunk.greyscale().raw().toBuffer()));
  }
  const kinds = KINDS.map((kind, k) => [kind, figures(errors.filter((_, i) => i % KINDS.length === k))]);
  const sampleErrors = answers.map((answer, i) => Math.abs(answer - samples[i].value / 100));
  return { held: figures(errors), kinds, samples: figures(sampleErrors), answers, readMs };
}

/** Errors in percent of full scale. */
function figures(errors) {
  const sorted = [...errors].sort((a, b) => a - b);
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] * 100;
  const mean = (errors.reduce((sum, e) => sum + e, 0) / errors.length) * 100;
  return {
    mean,
    p50: at(0.5),
    p95: at(0.95),
    worst: at(1),
    over5: (errors.filter((e) => e > 0.05).length / errors.length) * 100,
  };
}

function line(f) {
  return `mean ${f.mean.toFixed(2)} %, p95 ${f.p95.toFixed(2)} %, worst ${f.worst.toFixed(1)} % of full scale`;
}

/** What each variant said to a few frames: tests compare with a tolerance for other CPUs' rounding. */
function golden() {
  const round = (value) => Math.round(value * 1e5) / 1e5;
  return {
    made_by: "models/training/make-package.mjs",
    unit: "fraction of full scale",
    mean_error_percent: Object.fromEntries(measured.map((v) => [v.name, Number(v.samples.mean.toFixed(3))])),
    frames: samples.slice(0, GOLDEN_COUNT).map(({ path, value }, i) => ({
      file: path,
      value: value / 100,
      answers: Object.fromEntries(measured.map((v) => [v.name, round(v.answers[i])])),
    })),
  };
}

function manifest() {
  const variants = measured.map((v) => {
    const sha256 = createHash("sha256")
      .update(readFileSync(join(packageDir, v.file)))
      .digest("hex");
    // Accuracy grows with quality everywhere in Isotherm: one minus the mean error as a share of full scale.
    const accuracy = (1 - v.held.mean / 100).toFixed(4);
    return `  - name: ${v.name}
    file: ${v.file}
    sha256: ${sha256}
    input_size: [${v.size.join(", ")}]
    precision: ${v.precision}
    accuracy: { metric: 1-mae, value: ${accuracy}, data: gauge-reader held-out faces }
`;
  });
  return `# Made by models/training/make-package.mjs; change it there.
isotherm: model/1
name: gauge-reader
version: ${VERSION}
license: Apache-2.0
description: Reads the needle of a round analogue gauge (pressure, temperature, level) as a share of full scale
task: regression
input:
  kind: image
  layout: nchw
  color: gray
  resize: letterbox
  scale: 255
output:
  decoder: scalar
  output: fraction
  name: reading
  unit: "%" # of full scale; a pipeline says what its gauge shows: value: { name: Boiler pressure, unit: bar, min: 0, max: 4 }
  min: 0
  max: 100
variants: # best first
${variants.join("")}`;
}

function card() {
  const percent = (value) => value.toFixed(2);
  const rows = measured.map(
    (v) =>
      `| ${v.name} | ${v.role} | ${v.size.join(" x ")} | ${Math.round(v.bytes / 1024)} KiB | ${percent(v.held.mean)} | ${percent(v.held.p50)} | ${percent(v.held.p95)} | ${percent(v.held.worst)} | ${percent(v.held.over5)} |`,
  );
  const kindRows = measured.map((v) => `| ${v.name} | ${v.kinds.map(([, f]) => percent(f.mean)).join(" | ")} |`);
  return `<!-- Made by models/training/make-package.mjs; change it there. -->
# Gauge reader ${VERSION}

Reads a round analogue gauge from one camera frame: where the needle stands between the two ends of the printed scale, 0 to 1.
The pipeline's \`value: { unit, min, max }\` turns that into bar, °C or %; the model does not read the figures on the face.

## Measured error
On ${held.count} frames of 640 x 480 (JPEG quality 35 to 95) of faces that training and calibration never saw, with onnxruntime-node on the
CPU provider and the same decoding and shrinking as in the engine. All errors are in percent of full scale.

| variant | made as | input | file | mean | median | p95 | worst | share of frames off by more than 5 % |
|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}

Mean by kind of gauge:

| variant | ${KINDS.join(" | ")} |
|---|${KINDS.map(() => "---").join("|")}|
${kindRows.join("\n")}

The ${samples.length} frames in \`heldout/\` (folders named by the true value in percent) are a third set, for \`isotherm eval\`;
mean on them: ${measured.map((v) => `${v.name} ${percent(v.samples.mean)} %`).join(", ")}.

## What a face that training never saw means here
Every frame is drawn by \`src/demo/gauge\`: seven scale layouts, six needle shapes, eight palettes, and random sweep, ticks, numerals, zones,
bezel, background, light, shadow, glare, blur, perspective, noise. Held-out faces have a pair of layout and needle that no training
face has, and a quarter of them one of two palettes that no training face wears; their seeds differ, too.

## Limits
- Trained and measured on drawn gauges only. No photograph of a real gauge was used: check it on your own before you rely on it.
- One round gauge with one needle, roughly upright (8 degrees of turn), seen at up to 26 degrees from the side, its dial half to nine
  tenths of the picture's height and near its middle; sweeps of 180 to 310 degrees, clockwise, symmetric about the top.
- The needle's parallax is read as the camera sees it: from the side, a real gauge misleads people in the same way.
- It gives a number for every picture, also for one without a gauge. Not for safety functions.

## How it was made
\`models/training/train.sh\` (seeds fixed): 30 000 drawn frames, a teacher, a student that learns from labels and teacher alike, and static
int8 quantisation of both with ${300} training frames. No data from elsewhere. Licence: Apache-2.0, like the project.
`;
}
