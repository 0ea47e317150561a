// The support itself, once: what the other tests lean on.

import t from "tap";
import { Mosquitto, needsMosquitto } from "./mosquitto.js";

t.test("payloads and properties pass the clients whole", { skip: needsMosquitto }, async (t) => {
  const broker = await Mosquitto.start({ tls: true, users: { someone: "secret" } });
  t.teardown(() => broker.stop());
  const someone = { username: "someone", password: "secret" };
  const seen = await broker.subscribe("a/#", someone);
  const payload = Buffer.from([0, 255, 10, 13, 31]);
  await broker.publish("a/b", payload, { ...someone, qos: 1, userProperties: { width: "3" }, responseTopic: "r/t" });
  const message = await seen.next("a/b");
  t.same(message.payload, payload);
  t.equal(message.userProperties, "width:3");
  t.equal(message.responseTopic, "r/t");
  await broker.publish("a/empty", "", { ...someone, retain: true });
  t.equal((await seen.next("a/empty")).payload.length, 0);
  await t.rejects(broker.publish("a/b", "no", { username: "someone", password: "wrong" }));
});

t.test("a broker that was killed comes back on its port, with what it kept", { skip: needsMosquitto }, async (t) => {
  const broker = await Mosquitto.start({ persistence: true });
  t.teardown(() => broker.stop());
  await broker.publish("kept", "1", { qos: 1, retain: true });
  await broker.halt();
  await broker.restart();
  const seen = await broker.subscribe("kept");
  t.match(await seen.next("kept"), { payload: Buffer.from("1"), retained: true });
});
