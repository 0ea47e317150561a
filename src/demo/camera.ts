// The simulated cameras: a process of its own that draws the demo's gauges and publishes them as JPEGs, as cameras on a
// wall would. Knows the broker's address and nothing of the daemon. What the needle really shows goes beside the picture,
// on `<topic>/truth`, for the table to compare.
//
// Started by demo.ts with one JSON argument: { "url": …, "fps": … }.

import mqtt from "mqtt";
import { randomScene } from "./gauge/random-scene.js";
import { renderGauge } from "./gauge/render.js";
import { valueAt } from "./gauge/scene.js";
import { DEMO_GAUGES, needleAt } from "./gauges.js";

/** Topic of a gauge's pictures. */
export function pictureTopic(gauge: string): string {
  return `cameras/${gauge}/jpeg`;
}

export function truthTopic(gauge: string): string {
  return `cameras/${gauge}/truth`;
}

async function run(url: string, fps: number): Promise<void> {
  const client = await mqtt.connectAsync(url, { clientId: `isotherm-demo-camera-${process.pid}` });
  const scenes = DEMO_GAUGES.map((gauge) => ({
    gauge,
    scene: randomScene(gauge.seed, gauge.kind, { scale: gauge.scale }),
  }));
  let frame = 0;
  let running = true;
  // The demo is our parent: without it nobody looks at the pictures.
  process.once("disconnect", () => {
    running = false;
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => (running = process.connected));
  const startMs = performance.now();
  while (running) {
    const dueMs = startMs + (frame * 1000) / fps;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const seconds = (performance.now() - startMs) / 1000;
    for (const { gauge, scene } of scenes) {
      const fraction = needleAt(gauge, seconds);
      const picture = await renderGauge(scene, fraction, { noiseSeed: frame });
      await client.publishAsync(truthTopic(gauge.name), JSON.stringify({ value: valueAt(gauge.scale, fraction) }));
      await client.publishAsync(pictureTopic(gauge.name), picture);
    }
    // A machine too slow for the rate shows fewer pictures, not a growing delay.
    frame = Math.max(frame + 1, Math.floor(((performance.now() - startMs) * fps) / 1000));
  }
  await client.endAsync();
}

if (process.argv[2] !== undefined && process.send !== undefined) {
  const { url, fps }: { url: string; fps: number } = JSON.parse(process.argv[2]);
  await run(url, fps);
}
