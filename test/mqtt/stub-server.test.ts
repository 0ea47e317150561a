// What no real broker does on demand: old servers, half packets, garbage, a session dropped in the middle.

import t, { type Test } from "tap";
import { Link } from "../support/link.js";
import { type Behaviour, CONNACK_5, CONNACK_311, startStub } from "../support/mqtt-stub.js";

async function setUp(t: Test, behaviour: Behaviour, settings: object = {}) {
  const stub = await startStub(behaviour);
  const link = new Link({ url: stub.url, ...settings });
  t.teardown(async () => {
    await link.connection.close();
    await stub.close();
  });
  return { stub, link };
}

t.test("servers that refuse MQTT 5, in whatever words, are spoken to in 3.1.1 from then on", async (t) => {
  const refusals: Record<string, (socket: import("node:net").Socket) => void> = {
    "CONNACK of 3.1.1, return code 1": (socket) => socket.end(Buffer.from([0x20, 2, 0, 1])),
    "CONNACK of 5, reason code 0x84": (socket) => socket.end(Buffer.from([0x20, 3, 0, 0x84, 0])),
    "hung up": (socket) => socket.end(),
    reset: (socket) => socket.resetAndDestroy(),
  };
  for (const [name, refuse] of Object.entries(refusals)) {
    const { stub, link } = await setUp(t, (socket, level) =>
      level === 5 ? refuse(socket) : socket.write(CONNACK_311),
    );
    t.match(await link.next("up"), { protocol: "3.1.1" }, name);
    t.same(stub.levels, [5, 4], `${name}: at once, without a trouble between`);
    t.notOk(link.said.some((said) => said.type === "down"));
  }
});

t.test(
  "a server that refuses 3.1.1 too is a trouble, and so is one that refuses the version that was set",
  async (t) => {
    const refuse: Behaviour = (socket) => socket.end(Buffer.from([0x20, 2, 0, 1]));
    const { link } = await setUp(t, refuse);
    t.match(await link.next("down"), { trouble: { code: "mqtt-version" } });
    const { stub, link: fixed } = await setUp(t, (socket) => socket.end(Buffer.from([0x20, 3, 0, 0x84, 0])), {
      protocol: "5",
    });
    t.match(await fixed.next("down"), { trouble: { code: "mqtt-version", remedy: /auto/ } });
    t.same(stub.levels, [5]);
  },
);

t.test("garbage, half packets and a connection cut in a packet are troubles, and it comes back", async (t) => {
  const publishHead = [0x30, 20, 0, 3, 0x61];
  const wrongs: Record<string, (socket: import("node:net").Socket) => void> = {
    "an HTTP answer": (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "a CONNACK with wrong flags": (socket) => void socket.write(Buffer.from([0x20, 3, 0xff, 0, 0])),
    "half a CONNACK": (socket) => socket.end(CONNACK_5.subarray(0, 2)),
    "half a PUBLISH": (socket) => socket.end(Buffer.concat([CONNACK_5, Buffer.from(publishHead)])),
    "a PUBLISH with both QoS bits": (socket) =>
      void socket.write(Buffer.concat([CONNACK_5, Buffer.from([0x36, 2, 0, 0])])),
    "a length that never ends": (socket) =>
      void socket.write(Buffer.concat([CONNACK_5, Buffer.from([0x30, 255, 255, 255, 255, 255])])),
    "a second CONNACK": (socket) => void socket.write(Buffer.concat([CONNACK_5, CONNACK_5])),
    "random bytes after a CONNACK": (socket) =>
      void socket.write(Buffer.concat([CONNACK_5, Buffer.from("a3f1\u0000\xff", "latin1")])),
    "a DISCONNECT": (socket) => socket.end(Buffer.concat([CONNACK_5, Buffer.from([0xe0, 2, 0x8b, 0])])),
  };
  for (const [name, misbehave] of Object.entries(wrongs)) {
    // Wrong once, then right: the second attempt is the proof that nothing was left broken.
    const { link } = await setUp(
      t,
      (socket, _level, connection) => (connection === 1 ? misbehave(socket) : socket.write(CONNACK_5)),
      { protocol: "5" },
    );
    const { trouble } = await link.next("down");
    t.ok(trouble.code.startsWith("mqtt-") && trouble.remedy.length > 0, `${name}: ${trouble.code}, ${trouble.what}`);
    t.match(await link.next("up"), { protocol: "5" }, name);
  }
});

t.test("a name taken by another client is a trouble that says so, also when a reset follows", async (t) => {
  // mosquitto 2.0.11 says nothing when it takes a name away; newer ones, EMQX and HiveMQ send this.
  const takenOver = Buffer.concat([CONNACK_5, Buffer.from([0xe0, 2, 0x8e, 0])]);
  const { link } = await setUp(t, (socket) => void socket.write(takenOver, () => socket.resetAndDestroy()));
  t.match(await link.next("down"), { trouble: { code: "mqtt-taken-over", remedy: /node.id/ } });
});

t.test("a server that stops answering is noticed by its missing pings", async (t) => {
  const { link } = await setUp(t, (socket) => socket.write(CONNACK_5), { keepaliveMs: 1000 });
  await link.next("up");
  t.match(await link.next("down"), { trouble: { code: "mqtt-silent" } });
});

t.test("a server that hung up once and then speaks MQTT 5 is not taken for an old one for ever", async (t) => {
  const { stub, link } = await setUp(t, (socket, level, connection) => {
    if (connection === 1) socket.end();
    else if (connection === 2) socket.end(Buffer.concat([CONNACK_311]));
    else socket.write(level === 5 ? CONNACK_5 : CONNACK_311);
  });
  t.match(await link.next("up"), { protocol: "3.1.1" });
  t.match(await link.next("up"), { protocol: "5" });
  t.same(stub.levels, [5, 4, 5]);
});
