// docs/demo.png: what a terminal shows during `npm run demo`, with the three pictures that the cameras send in that second.
//
//   npm run build && node docs/make-demo-picture.mjs          needs tmux, a monospaced font and ten seconds

import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { randomScene } from "../dist/src/demo/gauge/random-scene.js";
import { renderGauge } from "../dist/src/demo/gauge/render.js";
import { DEMO_GAUGES, needleAt } from "../dist/src/demo/gauges.js";

const SECONDS = 12;
const tmux = (...args) => execFileSync("tmux", ["-L", "isotherm-demo", ...args], { encoding: "utf8" });

tmux("new-session", "-d", "-x", "118", "-y", "12", "node dist/src/cli/main.js demo --for 30s");
await sleep(SECONDS * 1000);
const lines = tmux("capture-pane", "-p").trimEnd().split("\n");
tmux("kill-server");
const shown = Number(/\((\d+) s,/.exec(lines[0] ?? "")?.[1] ?? SECONDS);

const width = 1152;
const photos = await Promise.all(
  DEMO_GAUGES.map(async (gauge, i) => {
    const scene = randomScene(gauge.seed, gauge.kind, { scale: gauge.scale });
    const jpeg = await renderGauge(scene, needleAt(gauge, shown), { noiseSeed: shown });
    return { input: await sharp(jpeg).resize(368, 276).toBuffer(), left: 12 + i * 380, top: 12 };
  }),
);
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const text = lines
  .map((line, i) => `<text x="14" y="${324 + i * 21}" xml:space="preserve">${escaped(line)}</text>`)
  .join("");
const height = 324 + lines.length * 21;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#16181c"/><g font-family="DejaVu Sans Mono, monospace" font-size="15.6" fill="#d8dce2">${text}</g></svg>`;
await sharp(Buffer.from(svg)).composite(photos).png({ palette: true, quality: 90 }).toFile("docs/demo.png");
