// Brokers as they stand in the world: TLS with an authority of its own and client certificates, users with passwords.

import t, { type Test } from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { InfoDocument } from "../../src/contract/states.js";
import { BASE, Daemon, type DaemonOptions } from "../support/daemon.js";
import { runIsotherm } from "../support/isotherm.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { writeTinyPackage } from "../support/tiny-model.js";

const skip = needsMosquitto;

t.test(
  "TLS with a CA of its own and a client certificate, whose paths are relative to the file",
  { skip },
  async (t) => {
    const broker = await Mosquitto.start({ tls: true });
    t.teardown(() => broker.stop());
    const tls = broker.certificates;
    if (tls === null) throw new Error("asked for TLS");
    const daemon = await start(t, broker, {
      config: { mqtt: { ca: tls.ca, cert: tls.clientCert, key: tls.clientKey } },
    });
    const info = await daemon.watch.document(`${BASE}/info`, InfoDocument, ({ mqtt }) => mqtt !== null);
    t.same(info.mqtt, { protocol: "5", tls: true });
    await broker.publish("cam", await evenPicture(1));
    await daemon.watch.document(`${BASE}/result/cam/light`, ResultDocument);
  },
);

t.test(
  "a broker whose certificate another authority signed is not talked to, and `check` says so",
  { skip },
  async (t) => {
    const broker = await Mosquitto.start({ tls: true });
    t.teardown(() => broker.stop());
    const tls = broker.certificates;
    if (tls === null) throw new Error("asked for TLS");
    const mqtt = { ca: tls.otherCa, cert: tls.clientCert, key: tls.clientKey };
    const daemon = await start(t, broker, { config: { mqtt }, noWait: true });
    const line = await daemon.logged((one) => JSON.stringify(one).includes("certificate"));
    t.ok(daemon.isAlive, `it goes on trying: ${JSON.stringify(line)}`);
    t.same(daemon.watch.messages, []);

    const check = await runIsotherm(["check", "--config", daemon.configPath], { cwd: daemon.directory });
    t.equal(check.code, 1);
    t.match(check.stderr + check.stdout, /certificate/i);
  },
);

t.test("user and password, the password from a secrets file, which never shows in the log", { skip }, async (t) => {
  const users = { isotherm: "s3cret-of-the-test", person: "x" };
  const broker = await Mosquitto.start({ users });
  t.teardown(() => broker.stop());
  const daemon = await start(t, broker, {
    config: { mqtt: { username: "isotherm", password: users.isotherm } },
    client: { username: "person", password: users.person },
  });
  await broker.publish("cam", await evenPicture(1), { username: "person", password: users.person });
  await daemon.watch.document(`${BASE}/result/cam/light`, ResultDocument);
  t.notOk(JSON.stringify(daemon.log).includes(users.isotherm));
});

t.test(
  "a refused password is said with its remedy; the daemon goes on and comes in once it is right",
  { skip },
  async (t) => {
    const users = { isotherm: "right", person: "x" };
    const broker = await Mosquitto.start({ users: { ...users, isotherm: "another" } });
    t.teardown(() => broker.stop());
    const daemon = await start(t, broker, {
      config: { mqtt: { username: "isotherm", password: users.isotherm } },
      client: { username: "person", password: users.person },
      noWait: true,
    });
    const line = await daemon.logged((one) => /password|authori[sz]ed/i.test(JSON.stringify(one)));
    t.match(line, { remedy: /\w/ });
    await broker.setUsers(users);
    await daemon.running();
  },
);

function start(t: Test, broker: Mosquitto, options: DaemonOptions): Promise<Daemon> {
  return Daemon.start(t, broker, {
    ...options,
    config: {
      inputs: { cam: { mqtt: { topic: "cam" } } },
      pipelines: { light: { inputs: ["cam"], model: "./light" } },
      ...options.config,
    },
    prepare: async (directory) => void (await writeTinyPackage(directory, "light")),
  });
}
