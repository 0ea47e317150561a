// What a frame costs from its bytes to the tensor, in CPU time, against those who do the same: `node native/bench/main.mjs [--json]`.
// Contenders take turns in one run, and the least of the rounds counts, since other work on the machine only adds. Needs the build in
// dist/ (or ISOTHERM_DIST), ../shared/data for a photo, and Python with OpenCV (PYTHON) for that peer; who is missing is left out.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import sharp from "sharp";

const ROOT = resolve(import.meta.dirname, "..", "..");
const DIST = resolve(ROOT, process.env.ISOTHERM_DIST ?? "dist");
const ROUNDS = Number(process.env.ROUNDS ?? 12);
const FRAMES = 20;
const MAX_PIXELS = 50_000_000;
const asJson = process.argv.includes("--json");

const load = (path) => import(pathToFileURL(join(DIST, "src", path)).href);
const { loadAddon } = await load("kernels/addon.js");
const { TensorFitter } = await load("kernels/fit-to-tensor.js");
const { fitPicture } = await load("pipelines/geometry.js");
const { compileDecode } = await load("pipelines/decode.js");
const { compileInput, compilePixelWriter } = await load("pipelines/preprocess.js");
const { settleSharp } = await load("pipelines/sharp-settings.js");

const { addon, reason } = loadAddon();
if (addon === null) throw new Error(`no addon to measure: ${reason}`);
settleSharp();

// The inputs: one photo as a camera would send it.
const photo = readFileSync(join(ROOT, "..", "shared", "data", "photos", "objects", "cat_1080p.jpg"));
const vga = await sharp(photo).resize(640, 480).jpeg({ quality: 85 }).toBuffer();
const rgb = await sharp(photo).resize(1280, 720).removeAlpha().raw().toBuffer();
const nv12 = toNv12(rgb, 1280, 720);
const scratch = mkdtempSync(join(tmpdir(), "isotherm-bench-"));
const files = { "full-hd": photo, vga, rgb, nv12 };
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(scratch, name), bytes);

/** The goals are of issue 4: our CPU time as a part of the peer's. */
const CASES = [
  jpegCase("jpeg-1080p-320x240-float32", photo, [1920, 1080], [320, 240], "stretch", "float32", {
    opencv: 0.28,
    sharp: 0.55,
    decode: 1.1,
  }),
  jpegCase("jpeg-vga-352x352-float32", vga, [640, 480], [352, 352], "letterbox", "float32", {
    opencv: 0.33,
    sharp: 0.25,
    decode: 1.2,
  }),
  jpegCase("jpeg-1080p-320x320-int8", photo, [1920, 1080], [320, 320], "letterbox", "int8", {
    opencv: 0.28,
    sharp: 0.55,
    decode: 1.1,
  }),
  jpegCase("jpeg-vga-320x320-int8", vga, [640, 480], [320, 320], "letterbox", "int8", {
    opencv: 0.33,
    sharp: 0.25,
    decode: 1.2,
  }),
  rawCase("rgb-720p-320x320-int8", rgb, "rgb", { opencv: 0.4, reference: 0.4 }),
  rawCase("nv12-720p-320x320-int8", nv12, "nv12", { opencv: 0.15, reference: 0.4 }),
];

const opencv = await startOpenCv();
try {
  for (const one of CASES) print(await measure(one));
  print([callCase()]);
} finally {
  opencv?.close();
  rmSync(scratch, { recursive: true });
}

function specOf(inputSize, resize, element) {
  const input = {
    kind: "image",
    layout: "nchw",
    color: "rgb",
    resize,
    pad: 114,
    pad_align: "center",
    decode: "scaled",
  };
  const normalise =
    element === "int8" ? { scale: 1, mean: [0], std: [1] } : { scale: 128, mean: [0.9921875], std: [1] };
  return { input: { ...input, ...normalise }, inputSize, at: "bench", quantization: { scale: 1, zero_point: -128 } };
}

function tensorOf([width, height], element) {
  const [multiply, add] = element === "int8" ? [1, 0] : [1 / 128, -127 / 128];
  const all = (value) => [value, value, value];
  const shape = { width, height, element, layout: "nchw", color: "rgb", pad: 114 };
  return { ...shape, multiply: all(multiply), add: all(add), zeroPoint: element === "int8" ? -128 : 0 };
}

function jpegCase(name, bytes, [width, height], inputSize, resize, element, goals) {
  const spec = specOf(inputSize, resize, element);
  const window = fitPicture({ width, height }, inputSize, spec.input);
  const fitter = new TensorFitter(addon, tensorOf(inputSize, element));
  const length = 3 * inputSize[0] * inputSize[1];
  const tensor = element === "int8" ? new Int8Array(length) : new Float32Array(length);
  const decode = () => addon.decodeJpeg(bytes, window.width, window.height, false, MAX_PIXELS);
  const fit = () => {
    const picture = decode();
    fitter.fitJpeg(picture, 1, window, tensor);
    picture.release();
  };
  const aside = async () => {
    const picture = await addon.decodeJpegAside(bytes, window.width, window.height, false, MAX_PIXELS);
    fitter.fitJpeg(picture, 1, window, tensor);
    picture.release();
  };
  const sharpDecode = compileDecode(spec);
  const info = { name: "x", type: element, shape: [1, 3, inputSize[1], inputSize[0]] };
  const write = compilePixelWriter(spec, compileInput(spec, [info], null).value);
  const source = { encoding: "jpeg", raw: null, payload: bytes };
  const withSharp = async () => write((await sharpDecode(source, MAX_PIXELS)).value);
  return {
    name,
    goals,
    contenders: { ours: fit, "ours, aside": aside, sharp: withSharp, decode: () => decode().release() },
  };
}

function rawCase(name, bytes, format, goals) {
  const window = fitPicture({ width: 1280, height: 720 }, [320, 320], { resize: "letterbox", pad_align: "center" });
  const fitter = new TensorFitter(addon, tensorOf([320, 320], "int8"));
  const tensor = new Int8Array(3 * 320 * 320);
  const fit = () => fitter.fitRaw({ bytes, format, width: 1280, height: 720 }, window, tensor);
  const best = addon.kernelsInUse();
  const contenders = { ours: fit };
  for (const kernels of addon.kernelNames().filter((other) => other !== best)) {
    contenders[kernels] = () => {
      addon.useKernels(kernels);
      fit();
      addon.useKernels(best);
    };
  }
  const copy = Buffer.alloc(bytes.length);
  contenders.memcpy = () => bytes.copy(copy);
  return { name, goals, contenders };
}

async function measure({ name, goals, contenders }) {
  const least = {};
  const keep = (who, ms) => {
    least[who] = Math.min(least[who] ?? Infinity, ms);
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [who, run] of Object.entries(contenders)) {
      await run();
      const before = process.cpuUsage();
      for (let i = 0; i < FRAMES; i++) await run();
      const { user, system } = process.cpuUsage(before);
      keep(who, (user + system) / 1e3 / FRAMES);
    }
    if (opencv !== null) keep("opencv", await opencv.ask({ case: name, frames: FRAMES }));
  }
  const ours = least.ours;
  return Object.entries(least)
    .filter(([who]) => who !== "ours")
    .map(([peer, ms]) => ({
      case: name,
      ours_ms: ours,
      peer,
      peer_ms: ms,
      ratio: ours / ms,
      goal: goals[peer] ?? null,
    }));
}

function callCase() {
  const calls = 1_000_000;
  let least = Infinity;
  for (let round = 0; round < 5; round++) {
    const { user } = process.cpuUsage();
    for (let i = 0; i < calls; i++) addon.doNothing();
    least = Math.min(least, (process.cpuUsage().user - user) / 1e3 / calls);
  }
  return { case: "call", ours_ms: least, peer: "one microsecond", peer_ms: 1e-3, ratio: least / 1e-3, goal: 1 };
}

function print(lines) {
  for (const line of lines) {
    if (asJson) process.stdout.write(`${JSON.stringify(line)}\n`);
    else {
      const { ours_ms, peer_ms, ratio, goal } = line;
      const verdict = goal === null ? "" : `goal ${goal} ${ratio <= goal ? "met" : "MISSED"}`;
      const numbers = `${ours_ms.toFixed(4).padStart(9)} ${peer_ms.toFixed(4).padStart(9)} ${ratio.toFixed(3).padStart(7)}`;
      process.stdout.write(`${line.case.padEnd(28)} ${line.peer.padEnd(16)} ${numbers}  ${verdict}\n`);
    }
  }
}

function toNv12(pixels, width, height) {
  const out = Buffer.alloc((width * height * 3) / 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b] = pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3);
      out[y * width + x] = 16 + (65.738 * r + 129.057 * g + 25.064 * b) / 256;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const at = width * height + (y / 2) * width + x;
      out[at] = 128 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256;
      out[at + 1] = 128 + (112.439 * r - 94.154 * g - 18.285 * b) / 256;
    }
  }
  return out;
}

/** A child that answers one question at a time; null where Python has no OpenCV. */
async function startOpenCv() {
  const paths = Object.fromEntries(Object.keys(files).map((name) => [name, join(scratch, name)]));
  const script = join(import.meta.dirname, "opencv_peer.py");
  const child = spawn(process.env.PYTHON ?? "python3", [script, JSON.stringify(paths)], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hello = await lines.next();
  if (hello.done) return null;
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return JSON.parse((await lines.next()).value);
    },
    close: () => child.stdin.end(),
  };
}
