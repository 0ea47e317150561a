// The configuration of a machine: file, secrets, credentials, environment and what the machine itself says.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname, totalmem } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { Trouble } from "../../src/base/trouble.js";
import { configFromObject, type LoadedConfig, loadConfig } from "../../src/config/load.js";
import { nodeIdOf } from "../../src/config/machine.js";

const SMALLEST = 'version: 1\nmqtt: { url: "mqtt://localhost:1883" }\n';

async function load(path: string, env: Record<string, string> = {}): Promise<LoadedConfig> {
  const loaded = await loadConfig(path, env);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.troubles));
  return loaded.value;
}

async function troublesOf(path: string, env: Record<string, string> = {}): Promise<readonly Trouble[]> {
  const loaded = await loadConfig(path, env);
  return loaded.ok ? [] : loaded.troubles;
}

t.test("the smallest configuration is completed by the machine", async (t) => {
  const folder = t.testdir({ "c.yaml": SMALLEST });
  const { config, path } = await load(join(folder, "c.yaml"), { HOME: "/home/me" });
  t.equal(path, join(folder, "c.yaml"));
  t.equal(config.node.id, nodeIdOf(hostname()));
  t.equal(config.node.name, config.node.id);
  t.equal(config.node.data_dir, "/home/me/.local/state/isotherm");
  t.equal(config.engine.memory, Math.floor(totalmem() / 4));
  t.match(config, {
    mqtt: { base_topic: "isotherm", protocol: "auto", keepalive: 30_000 },
    home_assistant: { discovery: true, prefix: "homeassistant" },
    engine: { threads: "auto", providers: "auto", max_pixels: 50_000_000 },
    telemetry: { root: "/", every: 10_000 },
    log: { level: "info", format: "json" },
  });
});

t.test("state lies where the service manager says, whatever the user's home is", async (t) => {
  const folder = t.testdir({ "c.yaml": SMALLEST, "own.yaml": `${SMALLEST}node: { data_dir: data }\n` });
  const env = { STATE_DIRECTORY: "/var/lib/isotherm:/var/lib/other", XDG_STATE_HOME: "/state", HOME: "/home/me" };
  const dataOf = async (file: string, env: Record<string, string>) =>
    (await load(join(folder, file), env)).config.node.data_dir;
  t.equal(await dataOf("c.yaml", env), "/var/lib/isotherm");
  t.equal(await dataOf("c.yaml", { ...env, STATE_DIRECTORY: "" }), "/state/isotherm");
  t.equal(await dataOf("own.yaml", env), join(folder, "data"), "what is written wins, relative to the file");
});

t.test("host names become ids", async (t) => {
  t.equal(nodeIdOf("Pi-4.fritz.box"), "pi-4");
  t.equal(nodeIdOf("--Jörgs Küche--"), "j-rgs-k-che");
  t.equal(nodeIdOf("***"), "isotherm");
});

t.test("secrets come from the file beside, then from credentials, and are remembered for the log", async (t) => {
  const folder = t.testdir({
    "c.yaml": 'version: 1\nmqtt: { url: "mqtt://h:1883", username: !secret user, password: !secret mqtt_password }\n',
    "secrets.yaml": "user: 1234\nunused: never-given-out\n",
  });
  mkdirSync(join(folder, "credentials"));
  writeFileSync(join(folder, "credentials", "mqtt_password"), "from-systemd\n");
  writeFileSync(join(folder, "credentials", "user"), "second-choice");
  const { config, secrets } = await load(join(folder, "c.yaml"), {
    CREDENTIALS_DIRECTORY: join(folder, "credentials"),
  });
  t.match(config.mqtt, { username: "1234", password: "from-systemd" });
  t.strictSame([...secrets].sort(), ["1234", "from-systemd"]);

  const [missing] = await troublesOf(join(folder, "c.yaml"));
  t.match(missing, { code: "unknown-secret", where: /c\.yaml:2:\d+$/, remedy: /add the line "mqtt_password: …" to/ });
});

t.test("a secret's name cannot leave the credentials, and a broken secrets.yaml names its own line", async (t) => {
  const folder = t.testdir({
    "c.yaml": 'version: 1\nmqtt: { url: "mqtt://h:1883", password: !secret ../outside }\n',
    outside: "not for everyone",
  });
  mkdirSync(join(folder, "credentials"));
  const env = { CREDENTIALS_DIRECTORY: join(folder, "credentials") };
  t.match(await troublesOf(join(folder, "c.yaml"), env), [{ code: "unknown-secret" }]);
  writeFileSync(join(folder, "secrets.yaml"), "a: hunter2\nb: [hunter2]\n");
  const troubles = await troublesOf(join(folder, "c.yaml"), env);
  t.match(troubles, [{ where: join(folder, "secrets.yaml:2:4") }]);
  t.notMatch(JSON.stringify(troubles), "hunter2");
});

t.test("a password is a secret wherever it came from", async (t) => {
  const folder = t.testdir({
    "plain.yaml": 'version: 1\nmqtt: { url: "mqtt://h", username: u, password: plain-one }\n',
    "env.yaml": 'version: 1\nmqtt: { url: "mqtt://h", username: u, password: !env BROKER_PASSWORD }\n',
  });
  t.strictSame((await load(join(folder, "plain.yaml"))).secrets, ["plain-one"]);
  t.strictSame((await load(join(folder, "env.yaml"), { BROKER_PASSWORD: "e" })).secrets, ["e"]);
  const overridden = await load(join(folder, "plain.yaml"), { ISOTHERM_MQTT__PASSWORD: "0123" });
  t.equal(overridden.config.mqtt.password, "0123", "and stays text");
  t.equal(overridden.at(["mqtt", "password"]), "ISOTHERM_MQTT__PASSWORD");
});

t.test("the environment sets single keys, and a variable that can set nothing is an error", async (t) => {
  const folder = t.testdir({ "c.yaml": SMALLEST });
  const { config } = await load(join(folder, "c.yaml"), {
    ISOTHERM_MQTT__KEEPALIVE: "1min",
    ISOTHERM_MQTT__PROTOCOL: "5",
    ISOTHERM_ENGINE__PROVIDERS: "[cpu]",
    ISOTHERM_INPUTS__PORCH__MQTT__TOPIC: "cameras/porch",
    ISOTHERM_TELEMETRY_ROOT: "/somewhere",
    ISOTHERM_TRACE: "1",
    ISOTHERM_OF_ANOTHER_PROGRAM: "1",
  });
  t.match(config, {
    mqtt: { keepalive: 60_000, protocol: "5" },
    engine: { providers: ["cpu"] },
    inputs: { porch: { mqtt: { topic: "cameras/porch" }, encoding: "auto" } },
    telemetry: { root: "/somewhere" },
  });
  const troubles = await troublesOf(join(folder, "c.yaml"), {
    ISOTHERM_MQTT__PASWORD: "x",
    ISOTHERM_MQTT__KEEPALIVE: "soon",
    ISOTHERM_MQTT_URL: "mqtt://h",
  });
  t.strictSame(
    troubles.map((trouble) => trouble.where),
    ["ISOTHERM_MQTT__PASWORD", "ISOTHERM_MQTT__KEEPALIVE", "ISOTHERM_MQTT_URL"],
  );
  t.match(troubles[2], { remedy: /did you mean ISOTHERM_MQTT__URL\?/ });
});

t.test("TLS files are relative to the configuration and have to be there", async (t) => {
  const folder = t.testdir({
    "c.yaml": 'version: 1\nmqtt: { url: "mqtts://h", ca: tls/ca.pem, cert: me.pem, key: me.key }\n',
    "me.pem": "",
  });
  const troubles = await troublesOf(join(folder, "c.yaml"));
  t.strictSame(
    troubles.map((trouble) => trouble.what),
    [`mqtt.ca: ${join(folder, "tls/ca.pem")} cannot be read`, `mqtt.key: ${join(folder, "me.key")} cannot be read`],
  );
  mkdirSync(join(folder, "tls"));
  writeFileSync(join(folder, "tls", "ca.pem"), "");
  writeFileSync(join(folder, "me.key"), "");
  t.equal((await load(join(folder, "c.yaml"))).config.mqtt.ca, join(folder, "tls/ca.pem"));
});

t.test("what is no configuration file is refused without waiting for it", async (t) => {
  const folder = t.testdir({ "large.yaml": "#".repeat(1_100_000), folder: "" });
  execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
  writeFileSync(join(folder, "binary.yaml"), new Uint8Array([0xff, 0xfe, 0x00]));
  mkdirSync(join(folder, "directory.yaml"));
  const codeOf = async (name: string) => (await troublesOf(join(folder, name)))[0]?.code;
  t.equal(await codeOf("none.yaml"), "file-missing");
  t.equal(await codeOf("large.yaml"), "file-too-large");
  t.equal(await codeOf("binary.yaml"), "not-text");
  t.equal(await codeOf("pipe.yaml"), "file-unreadable");
  t.equal(await codeOf("directory.yaml"), "file-unreadable");
});

t.test("the digest is of the text as written, so that it tells files apart and no secret", async (t) => {
  const text = 'version: 1\nmqtt: { url: "mqtt://h", username: u, password: !secret p }\n';
  const folder = t.testdir({ "c.yaml": text, "secrets.yaml": "p: one\n" });
  const before = await load(join(folder, "c.yaml"));
  writeFileSync(join(folder, "secrets.yaml"), "p: two\n");
  const after = await load(join(folder, "c.yaml"));
  t.equal(after.config.mqtt.password, "two");
  t.equal(after.sha256, before.sha256);
});

t.test("a configuration that a program makes goes through the same schema", async (t) => {
  const right = configFromObject({ version: 1, mqtt: { url: "mqtt://h", keepalive: "1min" } }, {});
  t.match(right, { ok: true, value: { mqtt: { keepalive: 60_000 } } });
  const wrong = configFromObject(
    { version: 1, mqtt: { url: "mqtt://h", keepalive: "soon" }, pipelines: { a: {} } },
    {},
  );
  t.match(wrong, {
    ok: false,
    troubles: [{ where: "mqtt.keepalive" }, { where: "pipelines.a" }, { where: "pipelines.a" }],
  });
});
