// Our connection against a real broker: what passes, what is refused, and how it comes back.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import t from "tap";
import { tryConnect } from "../../src/mqtt/connection.js";
import { Link } from "../support/link.js";
import { freePort, Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { REPOSITORY } from "../support/shared-data.js";

const needs = { skip: needsMosquitto };
const message = (topic: string, payload: string | Uint8Array, qos: 0 | 1 = 0) => ({
  topic,
  payload,
  qos,
  retain: false,
});

t.test("messages pass whole in both directions, with their properties", needs, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const link = new Link({ url: broker.url }, async ({ connection }) => {
    t.match(await connection.subscribe(["in/+"]), { ok: true });
  });
  t.teardown(() => link.connection.close());
  t.match(await link.next("up"), { protocol: "5", tls: false });
  const seen = await broker.subscribe("out/#");
  const picture = Buffer.from([0xff, 0xd8, 0xff, 0, 10, 13]);
  t.ok(link.connection.publish(message("out/picture", picture)));
  t.same((await seen.next("out/picture")).payload, picture);
  t.ok(
    await link.connection.publishAcknowledged({
      ...message("out/answer", "{}"),
      correlationData: Buffer.from("c1"),
      expiryS: 60,
    }),
  );
  t.match(await seen.next("out/answer"), { qos: 1, correlationData: "c1" });

  await broker.publish("in/a", picture, {
    qos: 1,
    userProperties: { width: "3" },
    responseTopic: "r/1",
    correlationData: "c2",
  });
  t.match(await link.next("message"), {
    message: {
      topic: "in/a",
      payload: picture,
      retained: false,
      responseTopic: "r/1",
      correlationData: Buffer.from("c2"),
      userProperties: { width: "3" },
    },
  });
});

t.test("filters that overlap bring a message once, and a narrow one stays when the wide one goes", needs, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const link = new Link({ url: broker.url });
  t.teardown(() => link.connection.close());
  await link.next("up");
  await link.connection.subscribe(["n/set/+", "n/#", "other"]);
  await broker.publish("n/set/a", "1", { qos: 1 });
  await broker.publish("other", "end", { qos: 1 });
  await link.connection.unsubscribe(["n/#"]);
  await broker.publish("n/elsewhere", "not wanted any more", { qos: 1 });
  await broker.publish("n/set/b", "2", { qos: 1 });
  while ((await link.next("message")).message.topic !== "n/set/b");
  const topics = link.said.flatMap((said) => (said.type === "message" ? [said.message.topic] : []));
  t.same(topics, ["n/set/a", "other", "n/set/b"]);
});

t.test("MQTT 3.1.1 is spoken where the settings say so", needs, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const link = new Link({ url: broker.url, protocol: "3.1.1" });
  t.teardown(() => link.connection.close());
  t.match(await link.next("up"), { protocol: "3.1.1", maximumPacketSize: null });
  const seen = await broker.subscribe("out");
  t.ok(
    await link.connection.publishAcknowledged({
      ...message("out", "1"),
      correlationData: Buffer.from("c"),
      expiryS: 5,
    }),
  );
  t.match(await seen.next("out"), { payload: Buffer.from("1") }, "properties of MQTT 5 are left away");
});

t.test("a refused password is named with its user, and taken once it is mended", needs, async (t) => {
  const broker = await Mosquitto.start({ users: { isotherm: "another" } });
  t.teardown(() => broker.stop());
  const url = broker.url.replace("://", "://isotherm:s3cr3t%21@");
  const link = new Link({ url });
  t.teardown(() => link.connection.close());
  const { trouble } = await link.next("down");
  t.match(trouble, { code: "mqtt-password", where: broker.url, what: /user "isotherm"/ });
  await broker.setUsers({ isotherm: "s3cr3t!" });
  t.match(await link.next("up"), { protocol: "5" });
  t.notMatch(link.logged.join(), /s3cr3t/, "no password in any line");
  t.match(await tryConnect({ url: broker.url, clientId: "c", protocol: "auto", keepaliveMs: 1000 }, 5000), {
    ok: false,
    trouble: { code: "mqtt-password", what: /without a user name/ },
  });
});

t.test("TLS: own CA and client certificate pass; without them the trouble says which is missing", needs, async (t) => {
  const broker = await Mosquitto.start({ tls: true });
  t.teardown(() => broker.stop());
  const certificates = broker.certificates;
  if (certificates === null) throw new Error("a broker with TLS has certificates");
  const { ca, clientCert: cert, clientKey: key, otherCa } = certificates;
  const attempt = (more: object, url = broker.url) =>
    tryConnect({ url, clientId: "tls-test", protocol: "auto", keepaliveMs: 30_000, ...more }, 10_000);
  t.match(await attempt({ ca, cert, key }), { ok: true, value: { tls: true, protocol: "5" } });
  t.match(await attempt({ cert, key, ca: otherCa }), {
    ok: false,
    trouble: { code: "mqtt-tls-untrusted", remedy: /mqtt.ca/ },
  });
  t.match(await attempt({ cert, key }), { ok: false, trouble: { code: "mqtt-tls-untrusted" } });
  t.match(await attempt({ ca }), { ok: false, trouble: { code: "mqtt-tls-client", remedy: /mqtt.cert/ } });
  t.match(await attempt({ ca: `${ca}.missing` }), {
    ok: false,
    trouble: { code: "mqtt-tls-files", where: `${ca}.missing` },
  });
  t.match(await attempt({ ca, cert, key: certificates.serverKey }), {
    ok: false,
    trouble: { code: "mqtt-tls-files" },
  });
  t.match(await attempt({ ca, cert, key }, broker.url.replace("mqtts", "mqtt")), {
    ok: false,
    trouble: { code: "mqtt-url", remedy: /mqtts/ },
  });
  t.match(await attempt({}, broker.url.replace("mqtts", "mqtt")), {
    ok: false,
    trouble: { code: "mqtt-hung-up", remedy: /TLS/ },
  });
  const plain = await Mosquitto.start();
  t.teardown(() => plain.stop());
  t.match(await attempt({ ca, cert, key }, plain.url.replace("mqtt", "mqtts")), {
    ok: false,
    trouble: { code: /^mqtt-tls-none|mqtt-hung-up$/ },
  });
});

t.test("a broker that is away, killed and back is found each time", needs, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  await broker.kill();
  const link = new Link({ url: broker.url }, async ({ connection }) => {
    await connection.subscribe(["in"]);
    connection.publish({ ...message("online", "1", 1), retain: true });
  });
  t.teardown(() => link.connection.close());
  t.match(await link.next("down"), { trouble: { code: "mqtt-unreachable" } });
  for (const round of ["first", "second"]) {
    await broker.restart();
    await link.next("up");
    t.ok(link.connection.isUp);
    const seen = await broker.subscribe("online");
    t.match(await seen.next("online"), { payload: Buffer.from("1"), retained: true }, "what onUp published is there");
    await broker.publish("in", round, { qos: 1 });
    t.match(await link.next("message"), { message: { payload: Buffer.from(round) } });
    const pending = link.connection.publishAcknowledged(message("x", "1"));
    t.ok(await pending);
    await broker.kill();
    await link.next("down");
    const droppedBefore = link.connection.dropped;
    t.notOk(link.connection.publish(message("x", "2")), "away: let go");
    t.equal(link.connection.dropped, droppedBefore + 1, "and counted");
    t.notOk(await link.connection.publishAcknowledged(message("x", "3")));
  }
});

t.test("what waits for an acknowledgement learns that the connection went", needs, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const link = new Link({ url: broker.url });
  t.teardown(() => link.connection.close());
  await link.next("up");
  broker.freeze();
  const pending = Array.from({ length: 100 }, (_, index) =>
    link.connection.publishAcknowledged(message("x", String(index))),
  );
  await broker.kill();
  t.ok((await Promise.all(pending)).every((acknowledged) => !acknowledged));
});

t.test("a broker that does not read costs bounded memory: live messages are let go and counted", needs, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const link = new Link({ url: broker.url });
  t.teardown(() => link.connection.close());
  await link.next("up");
  broker.freeze();
  const picture = Buffer.alloc(1024 * 1024);
  let taken = 0;
  while (taken < 100 && link.connection.publish(message("image", picture))) taken += 1;
  t.ok(taken < 30, `${taken} MiB were taken: 8 MiB and what the kernel's buffers hold`);
  t.equal(link.connection.dropped, 1);
  t.ok(link.connection.publish(message("state", "1", 1)), "a state still has room");
  const seenAfter = link.connection.publishAcknowledged(message("state", "2", 1));
  broker.thaw();
  t.ok(await seenAfter, "all goes out once it reads again");
});

t.test(
  "the broker's packet limit is kept: too large is refused with one trouble, and the connection stays",
  needs,
  async (t) => {
    const broker = await Mosquitto.start({ maxPacketSize: 2000 });
    t.teardown(() => broker.stop());
    const link = new Link({ url: broker.url });
    t.teardown(() => link.connection.close());
    t.match(await link.next("up"), { maximumPacketSize: 2000 });
    const seen = await broker.subscribe("#");
    t.notOk(link.connection.publish(message("image/a", Buffer.alloc(2000))));
    t.ok(
      await link.connection.publishAcknowledged(message("event/a", Buffer.alloc(2000))),
      "it can never go: nothing waits behind it",
    );
    t.equal(link.connection.dropped, 2);
    t.match(link.logged.join(), /mqtt-too-large.*image\/a/);
    t.ok(await link.connection.publishAcknowledged(message("fits", Buffer.alloc(1900))));
    await seen.next("fits");
    t.equal(seen.messages.length, 1);
  },
);

t.test("hundreds of states at once pass a broker that allows few unacknowledged", needs, async (t) => {
  const broker = await Mosquitto.start({ extra: ["max_inflight_messages 2"] });
  t.teardown(() => broker.stop());
  const link = new Link({ url: broker.url });
  t.teardown(() => link.connection.close());
  await link.next("up");
  const seen = await broker.subscribe("s/#");
  for (let index = 0; index < 300; index++) t.ok(link.connection.publish(message(`s/${index}`, "x", 1)));
  await seen.next("s/299");
  t.same(
    seen.messages.map(({ topic }) => topic),
    Array.from({ length: 300 }, (_, index) => `s/${index}`),
    "in order",
  );
});

t.test("the will is sent for a process that was killed, and not for one that said goodbye", needs, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const seen = await broker.subscribe("will");
  const will = { ...message("will", "offline", 1), retain: true };
  const script = `
    import { MqttConnection } from ${JSON.stringify(new URL("../../src/mqtt/connection.js", import.meta.url).href)};
    const log = { debug() {}, info() {}, warn() {}, error() {}, trouble() {} };
    const settings = ${JSON.stringify({ url: broker.url, clientId: "victim", protocol: "auto", keepaliveMs: 30_000, will })};
    const events = { onUp: async () => console.log("up"), onDown() {}, onMessage() {} };
    new MqttConnection(settings, events, { log, chance: Math.random }).start();`;
  const victim = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: REPOSITORY,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => victim.stdout.once("data", resolve));
  victim.kill("SIGKILL");
  t.match(await seen.next("will"), { payload: Buffer.from("offline") });

  const link = new Link({ url: broker.url, will });
  await link.next("up");
  await link.connection.close(message("will", "goodbye", 1));
  await broker.publish("will", "end", { qos: 1 });
  await seen.next((one) => one.payload.toString() === "end");
  t.same(
    seen.messages.map(({ payload }) => payload.toString()),
    ["offline", "goodbye", "end"],
  );
  t.notOk(link.connection.isUp);
});

t.test("nobody there, no such host, no address: each has its words", async (t) => {
  const attempt = (url: string) => tryConnect({ url, clientId: "c", protocol: "auto", keepaliveMs: 1000 }, 5000);
  t.match(await attempt(`mqtt://127.0.0.1:${await freePort()}`), { ok: false, trouble: { code: "mqtt-unreachable" } });
  t.match(await attempt("mqtt://no-such-host.invalid"), { ok: false, trouble: { code: "mqtt-unknown-host" } });
  for (const url of ["", "broker", "http://user:s3cr3t@host", "mqtt://"]) {
    const result = await attempt(url);
    t.match(result, { ok: false, trouble: { code: "mqtt-url" } }, url);
    t.notMatch(JSON.stringify(result), /s3cr3t/);
  }
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", () => resolve()));
  t.teardown(() => silent.close());
  const address = silent.address();
  const port = typeof address === "object" ? address?.port : 0;
  t.match(
    await tryConnect({ url: `mqtt://127.0.0.1:${port}`, clientId: "c", protocol: "auto", keepaliveMs: 1000 }, 300),
    {
      ok: false,
      trouble: { code: "mqtt-silent" },
    },
  );
});
