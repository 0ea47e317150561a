// The link against a real broker: the order at connect, what stands there after each kind of absence, what earlier runs left.

import { join } from "node:path";
import t, { type Test } from "tap";
import type { Trouble } from "../../src/base/trouble.js";
import { SILENT } from "../../src/contract/log.js";
import type { IncomingMessage, OutgoingMessage } from "../../src/contract/message.js";
import { BrokerLink } from "../../src/daemon/broker-link.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import { Mosquitto, type MosquittoOptions, needsMosquitto } from "../support/mosquitto.js";
import { Watch } from "../support/watch.js";

const skip = needsMosquitto;
const BASE = "isotherm/test";
const status = (payload: string): OutgoingMessage => ({ topic: `${BASE}/status`, payload, qos: 1, retain: true });
const state = (level: string, payload: string): OutgoingMessage => {
  return { topic: `${BASE}/${level}`, payload, qos: 0, retain: true };
};
const discovery = (payload: string): OutgoingMessage => ({ topic: "ha/config", payload, qos: 1, retain: true });

interface Room {
  readonly broker: Mosquitto;
  readonly link: BrokerLink;
  readonly watch: Watch;
  readonly outbox: Outbox;
  readonly heard: IncomingMessage[];
  readonly troubles: (Trouble | null)[];
  /** What the link shall be subscribed to; a test may change it. */
  wanted: string[];
  sessions: number;
}

/** A link that has not been started, to a broker that runs; `link` takes its order from the test. */
async function room(t: Test, options: MosquittoOptions = {}): Promise<Room> {
  const broker = await Mosquitto.start({ persistence: true, ...options });
  t.teardown(() => broker.stop());
  const watch = await Watch.open(broker, [`${BASE}/#`, "ha/#"]);
  const outbox = await Outbox.open(join(t.testdir(), "data"), SILENT);
  const made: { -readonly [K in keyof Room]?: Room[K] } = { heard: [], troubles: [], wanted: ["cam"], sessions: 0 };
  const self = Object.assign(made, { broker, watch, outbox }) as Room;
  const link = new BrokerLink(
    { url: broker.url, clientId: "isotherm-test", protocol: "auto", keepaliveMs: 30_000, will: status("offline") },
    {
      online: status("online"),
      outbox,
      subscriptions: () => self.wanted,
      sweepPatterns: () => [`${BASE}/state/+/+`],
      log: SILENT,
      chance: () => 0,
    },
    {
      onMessage: (message) => self.heard.push(message),
      onSession: ({ protocol }) => {
        self.sessions += 1;
        link.retain("state", state("info", `session ${self.sessions}, MQTT ${protocol}`));
      },
      onSubscribed: (trouble) => self.troubles.push(trouble),
      onDiscovery: (trouble) => self.troubles.push(trouble),
    },
  );
  t.teardown(async () => {
    await link.close(status("offline"));
    await outbox.close();
  });
  return Object.assign(self, { link });
}

const isOnline = ({ payload }: { payload: Buffer }) => payload.toString() === "online";
const levels = (watch: Watch, since: number) => watch.messages.slice(since).map(({ topic }) => topic);

t.test("the order at connect: discovery, states, online, and then the events that waited", { skip }, async (t) => {
  const { link, watch } = await room(t);
  const event = { topic: `${BASE}/event/cam/light`, payload: "e1", qos: 1, retain: false } as const;
  await link.sendEvent(event);
  link.retain("state", state("state/cam/light", "dark"));
  link.retain("discovery", discovery("{}"));
  link.start();
  await watch.until(event.topic);
  t.same(levels(watch, 0), ["ha/config", `${BASE}/state/cam/light`, `${BASE}/info`, `${BASE}/status`, event.topic]);
  t.match(await watch.until(`${BASE}/info`), { payload: Buffer.from("session 1, MQTT 5") });
});

t.test(
  "a broker that comes back empty gets all of it again; one that kept it, too, and what is gone is gone",
  { skip },
  async (t) => {
    const { broker, link, watch } = await room(t, { persistence: false });
    link.retain("discovery", discovery("{}"));
    link.retain("state", state("state/cam/light", "dark"));
    link.retain("state", state("state/cam/old", "old"));
    link.start();
    await watch.until(`${BASE}/status`, isOnline);
    await watch.close();
    await broker.kill();
    link.withdraw("state", `${BASE}/state/cam/old`);
    link.retain("state", state("state/cam/light", "bright"));
    await broker.restart();
    const fresh = await Watch.open(broker, [`${BASE}/#`, "ha/#"]);
    await fresh.until(`${BASE}/status`, isOnline);
    t.match(await fresh.until(`${BASE}/state/cam/light`), { payload: Buffer.from("bright") });
    t.ok(await fresh.until("ha/config"));
    t.match(await fresh.until(`${BASE}/info`), { payload: Buffer.from("session 2, MQTT 5") });
  },
);

t.test("a document that is withdrawn while away is taken from a broker that kept it", { skip }, async (t) => {
  const { broker, link, watch } = await room(t);
  link.retain("state", state("state/cam/old", "old"));
  link.start();
  await watch.until(`${BASE}/status`, isOnline);
  await watch.close();
  await broker.halt();
  link.withdraw("state", `${BASE}/state/cam/old`);
  await broker.restart();
  const fresh = await Watch.open(broker, [`${BASE}/#`]);
  await fresh.until(`${BASE}/state/cam/old`, ({ payload }) => payload.length === 0);
  t.same(link.ownTopics("state"), [`${BASE}/info`]);
});

t.test("documents of an earlier run are shown to who may know them, also at a reload", { skip }, async (t) => {
  const { broker, link, watch, heard } = await room(t);
  await broker.publish(`${BASE}/state/gone/light`, "left", { retain: true });
  link.start();
  await watch.until(`${BASE}/status`, isOnline);
  await until(() => heard.some(({ topic, retained }) => retained && topic === `${BASE}/state/gone/light`));
  link.withdraw("state", `${BASE}/state/gone/light`);
  await watch.until(`${BASE}/state/gone/light`, ({ payload }) => payload.length === 0);
});

t.test(
  "a changed list of topics is taken over: what is new comes in, what is not wanted stays out",
  { skip },
  async (t) => {
    const self = await room(t);
    const { broker, link, watch, heard } = self;
    link.start();
    await watch.until(`${BASE}/status`, isOnline);
    self.wanted = ["other/+"];
    await link.resubscribe(["cam"]);
    await broker.publish("cam", "1");
    await broker.publish("other/cam", "2");
    await until(() => heard.some(({ topic }) => topic === "other/cam"));
    t.notOk(heard.some(({ topic }) => topic === "cam"));
  },
);

t.test(
  "a discovery document larger than the broker takes is told, the rest stands, and a smaller one ends it",
  { skip },
  async (t) => {
    const { link, watch, troubles } = await room(t, { maxPacketSize: 4000 });
    link.retain("discovery", discovery("x".repeat(5000)));
    link.start();
    await watch.until(`${BASE}/status`, isOnline);
    t.match(troubles.at(-1), { code: "mqtt-too-large", where: "ha/config" });
    link.flush();
    link.retain("discovery", discovery("{}"));
    await watch.until("ha/config");
    await until(() => troubles.at(-1) === null);
  },
);

t.test("what can't go out is counted; a link that leaves takes along what nobody will keep", { skip }, async (t) => {
  const { broker, link, watch } = await room(t);
  const result = { topic: `${BASE}/result/cam/light`, payload: "r", qos: 0, retain: false } as const;
  t.notOk(link.send(result), "no broker yet");
  t.equal(link.dropped, 1);
  link.retain("state", state("state/cam/light", "dark"));
  link.retain("discovery", discovery("{}"));
  link.start();
  await watch.until(`${BASE}/status`, isOnline);
  t.ok(link.send(result));
  const since = watch.now;
  await link.leave(status("offline"), (topic) => topic === "ha/config");
  await watch.until(`${BASE}/status`, ({ payload }) => payload.length === 0, since);
  const late = await broker.subscribe([`${BASE}/#`, "ha/#"]);
  t.equal((await late.next()).topic, "ha/config", "another link takes it over");
  t.same(
    watch.messages
      .slice(since)
      .filter(({ topic }) => topic !== result.topic)
      .map(({ topic, payload }) => `${topic.slice(BASE.length + 1)}=${payload}`),
    ["state/cam/light=", "info=", "status=offline", "status="],
  );
});

/** Looks now and then, since nothing tells. */
async function until(claim: () => boolean): Promise<void> {
  const endsAtMs = performance.now() + 20_000;
  while (!claim()) {
    if (performance.now() > endsAtMs) throw new Error(`never came true: ${claim}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
