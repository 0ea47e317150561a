// A broker that is away, dies, comes back empty, drops the session or sends rubbish: the daemon runs on, comes back by itself,
// and says again all that should stand there. Events of the gap arrive, each once.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { EventDocument, InfoDocument, PipelineStateDocument } from "../../src/contract/states.js";
import { readLine } from "../../src/mqtt/journal-record.js";
import { BASE, Daemon, type DaemonOptions } from "../support/daemon.js";
import { FaultyLine, type LineMode } from "../support/faulty-line.js";
import { Feeder } from "../support/feeder.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { answersAgain, LIGHT } from "../support/room.js";
import { writeTinyPackage } from "../support/tiny-model.js";
import { Watch } from "../support/watch.js";

const skip = needsMosquitto;
const EVENT = `${BASE}/event/cam/light`;

t.test("a broker that is away at the start is found when it comes", { skip }, async (t) => {
  const room = await start(t, { noWait: true }, "refuse");
  await room.line.attempted(3);
  t.ok(room.daemon.isAlive);
  room.line.mode = "pass";
  await room.daemon.running();
  await answersAgain(room);
});

t.test(
  "a broker that was killed and comes back empty gets discovery, states and `online` again",
  { skip },
  async (t) => {
    const { broker, daemon } = await start(t);
    const engine = daemon.enginePid();
    await broker.kill();
    await broker.restart();
    const fresh = await Watch.open(broker, [`${BASE}/#`, "homeassistant/#"]);
    await fresh.until(`${BASE}/status`, ({ payload }) => payload.toString() === "online");
    await fresh.document(`${BASE}/pipeline/light/state`, PipelineStateDocument, ({ state }) => state === "running");
    await fresh.first(({ topic }) => topic.startsWith("homeassistant/device/"), 0, "discovery");
    const answer = fresh.until(`${BASE}/result/cam/light`);
    await broker.publish("cam", await evenPicture(1));
    await answer;
    t.equal(daemon.enginePid(), engine, "the engine never noticed");
  },
);

t.test("a session that is dropped again and again comes back each time", { skip }, async (t) => {
  const room = await start(t);
  for (let round = 0; round < 2; round++) {
    const since = room.daemon.watch.now;
    room.line.cut();
    await room.daemon.running(since);
    await answersAgain(room);
  }
});

t.test("half a packet ends that attempt and not the daemon", { skip }, async (t) => {
  const room = await start(t);
  const since = room.daemon.watch.now;
  room.line.mode = "half-packet";
  room.line.cut();
  // The second begins when the first has failed.
  await room.line.attempted(2);
  room.line.mode = "pass";
  await room.daemon.running(since);
  await answersAgain(room);
});

t.test("a broker that is frozen is left, and found again when it thaws", { skip }, async (t) => {
  const room = await start(t, { config: { mqtt: { keepalive: "5s" } } });
  const since = room.daemon.watch.now;
  room.line.mode = "deaf";
  await room.line.attempted(1);
  room.line.mode = "pass";
  room.line.cut();
  await room.daemon.running(since);
  await answersAgain(room);
});

t.test("events of a gap arrive when the broker is back, each once and in order", { skip }, async (t) => {
  const { daemon, line, waiting } = await eventsInAGap(t);
  const since = daemon.watch.now;
  line.mode = "pass";
  line.cut();
  await daemon.running(since, []);
  await arrivedOnce(t, daemon, waiting);
});

t.test("events of a gap survive a kill -9 of the daemon", { skip }, async (t) => {
  const { daemon, line, waiting } = await eventsInAGap(t);
  daemon.kill("SIGKILL");
  await daemon.exit();
  const since = daemon.watch.now;
  line.mode = "pass";
  await daemon.startAgain();
  await daemon.running(since);
  await arrivedOnce(t, daemon, waiting);
});

t.test("an old broker's MQTT 3.1.1 will do", { skip }, async (t) => {
  const room = await start(t, { config: { mqtt: { protocol: "3.1.1" } } });
  const info = await room.daemon.watch.document(`${BASE}/info`, InfoDocument, ({ mqtt }) => mqtt !== null);
  t.equal(info.mqtt?.protocol, "3.1.1");
  await answersAgain(room);
});

interface LineRoom {
  readonly broker: Mosquitto;
  readonly daemon: Daemon;
  readonly line: FaultyLine;
}

/**
 * Pictures go in and nothing comes out: what the daemon publishes is swallowed without a sign. Returns when at least three events
 * wait on disk.
 */
async function eventsInAGap(t: Test): Promise<LineRoom & { waiting: readonly string[] }> {
  const room = await start(t);
  const { broker, daemon, line } = room;
  await answersAgain(room);
  const feeder = new Feeder(broker, "cam");
  t.teardown(() => feeder.close());
  line.mode = "swallow";
  const pictures = [await evenPicture(0), await evenPicture(1)];
  // Each brightness for a few frames: a new class must win twice in a row.
  const camera = setInterval(() => feeder.send(pictures[Math.floor(feeder.sent / 4) % 2] ?? Buffer.alloc(0)), 25);
  t.teardown(() => clearInterval(camera));
  while (waitingEvents(daemon).length < 3) await new Promise((resolve) => setTimeout(resolve, 25));
  clearInterval(camera);
  return { ...room, waiting: waitingEvents(daemon) };
}

/** Ids of the events in the journal that the broker has not acknowledged. */
function waitingEvents(daemon: Daemon): string[] {
  const path = join(daemon.dataDirectory, "events.journal");
  const waiting = new Map<number, string>();
  for (const line of existsSync(path) ? readFileSync(path, "utf8").split("\n") : []) {
    const record = readLine(line);
    if (record?.type === "add") waiting.set(record.seq, String(record.message.payload));
    if (record?.type === "done") waiting.delete(record.seq);
  }
  return [...waiting.values()].map((payload) => EventDocument.parse(JSON.parse(payload)).id);
}

async function arrivedOnce(t: Test, daemon: Daemon, waiting: readonly string[]): Promise<void> {
  for (const wanted of waiting) await daemon.watch.document(EVENT, EventDocument, ({ id }) => id === wanted);
  const events = daemon.watch.documents(EVENT, EventDocument);
  const ids = events.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, "each once");
  const order = ids.filter((id) => waiting.includes(id));
  t.same(order, waiting, "in order");
}

async function start(t: Test, options: Partial<DaemonOptions> = {}, mode: LineMode = "pass"): Promise<LineRoom> {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const line = await FaultyLine.open(broker.port);
  t.teardown(() => line.close());
  line.mode = mode;
  const { mqtt, ...config } = { mqtt: {}, ...options.config };
  const daemon = await Daemon.start(t, broker, {
    ...options,
    config: { ...LIGHT, ...config, mqtt: { ...mqtt, url: line.url } },
    prepare: async (directory) => void (await writeTinyPackage(directory, "light")),
  });
  return { broker, daemon, line };
}
