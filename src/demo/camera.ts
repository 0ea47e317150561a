// The simulated cameras: a process of its own that draws the demo's gauges and publishes them as JPEGs, as cameras on a
// wall would. Knows the broker's address and nothing of the daemon. What the needle really shows goes beside the picture,
// on `<topic>/truth`, for the table to compare.
//
// Started by demo.ts with one JSON argument: { "url": …, "fps": … }.

import { SILENT } from "../contract/log.js";
import { MqttConnection } from "../mqtt/connection.js";
import { randomScene } from "./gauge/random-scene.js";
import { renderGauge } from "./gauge/render.js";
import { valueAt } from "./gauge/scene.js";
import { DEMO_GAUGES, needleAt, pictureTopic, truthTopic } from "./gauges.js";

interface CameraSettings {
  readonly url: string;
  /** Pictures a second of each gauge. */
  readonly fps: number;
}

async function run({ url, fps }: CameraSettings): Promise<void> {
  const camera = await connect(url);
  const scenes = DEMO_GAUGES.map((gauge) => ({
    gauge,
    scene: randomScene(gauge.seed, gauge.kind, { scale: gauge.scale }),
  }));
  let frame = 0;
  let isWatched = true;
  // The demo is our parent: without it nobody looks at the pictures. Ctrl-C reaches us too, and is the parent's to answer.
  process.once("disconnect", () => {
    isWatched = false;
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => {});
  const startMs = performance.now();
  while (isWatched) {
    const waitMs = startMs + (frame * 1000) / fps - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const seconds = (performance.now() - startMs) / 1000;
    for (const { gauge, scene } of scenes) {
      const fraction = needleAt(gauge, seconds);
      const payload = await renderGauge(scene, fraction, { noiseSeed: frame });
      const truth = JSON.stringify({ value: valueAt(gauge.scale, fraction) });
      camera.publish({ topic: truthTopic(gauge.name), payload: truth, qos: 0, retain: false });
      camera.publish({ topic: pictureTopic(gauge.name), payload, qos: 0, retain: false });
    }
    // A machine too slow for the rate shows fewer pictures, not a growing delay.
    frame = Math.max(frame + 1, Math.floor(((performance.now() - startMs) * fps) / 1000));
  }
  await camera.close();
}

/** Resolves once the broker is there. */
function connect(url: string): Promise<MqttConnection> {
  return new Promise((resolve) => {
    const connection: MqttConnection = new MqttConnection(
      {
        url,
        clientId: `isotherm-demo-camera-${process.pid}`,
        protocol: "3.1.1",
        keepaliveMs: 30_000,
      },
      { onUp: async () => resolve(connection), onDown: () => {}, onMessage: () => {} },
      { log: SILENT, chance: Math.random },
    );
    connection.start();
  });
}

const [settings] = process.argv.slice(2);
if (settings === undefined) throw new Error('the camera is started by the demo, with {"url", "fps"} as its argument');
await run(JSON.parse(settings) as CameraSettings);
