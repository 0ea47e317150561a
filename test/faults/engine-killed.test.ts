// The engine's process is killed or stopped from outside while frames come: answers come again, the main process never
// waited, one alert says so and goes when it is over.

import t from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { AlertDocument, PipelineStateDocument, TelemetryDocument } from "../../src/contract/states.js";
import { BASE } from "../support/daemon.js";
import { Feeder } from "../support/feeder.js";
import { needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { lightRoom } from "../support/room.js";

const RESULT = `${BASE}/result/cam/light`;
const ALERT = `${BASE}/alert/engine-lost`;

for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
  t.test(`${signal} of the engine under load costs a moment, not the daemon`, { skip: needsMosquitto }, async (t) => {
    const { broker, daemon } = await lightRoom(t, { config: { telemetry: { every: "1s" } } });
    const { watch } = daemon;
    const feeder = new Feeder(broker, "cam");
    const picture = await evenPicture(1, "jpeg", [640, 480]);
    // Cameras don't wait for answers: a picture every 10 ms, whatever becomes of them.
    const camera = setInterval(() => feeder.send(picture), 10);
    t.teardown(async () => {
      clearInterval(camera);
      await feeder.close();
    });
    await watch.document(RESULT, ResultDocument);

    const engine = daemon.enginePid();
    const since = watch.now;
    process.kill(engine, signal);
    const alert = await watch.document(ALERT, AlertDocument, () => true, since);
    t.match(alert, { code: /engine/, severity: /warning|error/, remedy: /\w/ });
    const lost = watch.now;
    await watch.document(RESULT, ResultDocument, () => true, lost);
    await watch.until(ALERT, ({ payload }) => payload.length === 0, lost);

    t.not(daemon.enginePid(), engine, "another engine answers");
    await watch.document(`${BASE}/telemetry`, TelemetryDocument, () => true, lost);
    t.equal(watch.documents(`${BASE}/pipeline/light/state`, PipelineStateDocument).at(-1)?.state, "running");
    const alerts = watch.documents(ALERT, AlertDocument, since);
    t.equal(new Set(alerts.map(({ since }) => since)).size, 1, "one alert");
    t.same(
      watch.messages.slice(since).filter(({ topic }) => topic === `${BASE}/status`),
      [],
      "the node stayed online all the time",
    );
    const seqs = watch.documents(RESULT, ResultDocument).map(({ seq }) => seq);
    t.equal(new Set(seqs).size, seqs.length, "no frame was answered twice");
  });
}

t.test("an engine that is killed again and again is started again and again", { skip: needsMosquitto }, async (t) => {
  const { broker, daemon } = await lightRoom(t);
  const picture = await evenPicture(1);
  for (let round = 0; round < 3; round++) {
    const since = daemon.watch.now;
    process.kill(daemon.enginePid(), "SIGKILL");
    await daemon.watch.document(ALERT, AlertDocument, () => true, since);
    const answer = daemon.watch.document(RESULT, ResultDocument, () => true, since);
    await broker.publish("cam", picture);
    await answer;
  }
  t.ok(daemon.isAlive);
});
