import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import t, { type Test } from "tap";
import type { Trouble } from "../../src/base/trouble.js";
import { SILENT } from "../../src/contract/log.js";
import { ServiceManager } from "../../src/system/service-manager.js";

const needsPrograms: false | string =
  spawnSync("systemd-notify", ["--version"]).status === 0 && spawnSync("python3", ["--version"]).status === 0
    ? false
    : "needs systemd-notify and python3 (apt-get install systemd python3)";

/** Stands for the service manager: prints each datagram as one JSON line. Node opens no such socket, python does. */
const LISTENER = `
import json, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print('"bound"', flush=True)
while True:
    print(json.dumps(listener.recv(4096).decode()), flush=True)
`;

/** Starts a listener; `next` resolves with the next message that is not the sender's own request for a receipt. */
async function listen(t: Test): Promise<{ socket: string; next(): Promise<string[]> }> {
  const directory = mkdtempSync(join(tmpdir(), "isotherm-notify-"));
  const socket = join(directory, "notify");
  const listener = spawn("python3", ["-c", LISTENER, socket], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: listener.stdout })[Symbol.asyncIterator]();
  t.teardown(async () => {
    listener.kill("SIGKILL");
    await once(listener, "close");
    rmSync(directory, { recursive: true, force: true });
  });
  await lines.next();
  const next = async (): Promise<string[]> => {
    const line = await lines.next();
    const text: string = JSON.parse(String(line.value));
    return text.startsWith("BARRIER=1") ? next() : text.trim().split("\n");
  };
  return { socket, next };
}

t.test("a start, a ping, a reload and a stop arrive in their order", { skip: needsPrograms }, async (t) => {
  const { socket, next } = await listen(t);
  const manager = new ServiceManager({ PATH: process.env.PATH, NOTIFY_SOCKET: socket }, SILENT);

  manager.extendTimeout(1_500_000.2);
  t.same(await next(), ["EXTEND_TIMEOUT_USEC=1500001"]);
  manager.ready("2 pipelines run");
  t.same(await next(), ["READY=1", "STATUS=2 pipelines run"]);
  manager.watchdog();
  t.same(await next(), ["READY=1", "STATUS=2 pipelines run", "WATCHDOG=1"], "a ping mends what may have been lost");
  manager.reloading();
  manager.watchdog();
  t.same(await next(), ["RELOADING=1", "STATUS=2 pipelines run", "WATCHDOG=1"], "a ping does not end the reload");
  manager.stopping();
  t.same(await next(), ["STOPPING=1"]);
  await manager.close();
});

t.test("while one message is on its way the newest of each kind waits", { skip: needsPrograms }, async (t) => {
  const { socket, next } = await listen(t);
  const manager = new ServiceManager({ PATH: process.env.PATH, NOTIFY_SOCKET: socket }, SILENT);

  manager.status("first");
  t.same(await next(), ["STATUS=first"]);
  for (let i = 0; i < 1000; i++) manager.status(`picture ${i}`);
  manager.trigger();
  manager.watchdog();
  t.same(await next(), ["STATUS=picture 999", "WATCHDOG=trigger"], "a cry for help is not replaced by a ping");
  await manager.close();
});

t.test("a status is one line that fits, whatever a label holds", { skip: needsPrograms }, async (t) => {
  const { socket, next } = await listen(t);
  const manager = new ServiceManager({ PATH: process.env.PATH, NOTIFY_SOCKET: socket }, SILENT);

  manager.status(`person\nMAINPID=1\r\n${"🌡".repeat(5000)}`);
  const [line, ...rest] = await next();
  t.match(line, /^STATUS=person MAINPID=1 🌡+$/u);
  t.ok(Buffer.byteLength(line ?? "") < 4096, "the manager ignores longer messages");
  t.same(rest, [], "no second assignment came of it");
  await manager.close();
});

t.test("a manager that can't be told is a trouble, and the daemon goes on", { skip: needsPrograms }, async (t) => {
  const troubles: Trouble[] = [];
  const log = { ...SILENT, trouble: (trouble: Trouble) => void troubles.push(trouble) };
  const manager = new ServiceManager({ PATH: process.env.PATH, NOTIFY_SOCKET: "/nowhere/notify" }, log);

  manager.ready("up");
  await manager.close();
  t.match(troubles, [{ code: "service-manager-unreachable", where: "/nowhere/notify" }]);
});

t.test("without a service manager nothing is started and nothing is asked for", async (t) => {
  const log = { ...SILENT, trouble: (trouble: Trouble) => t.fail(trouble.what) };
  const manager = new ServiceManager({ PATH: "/nowhere", WATCHDOG_USEC: "60000000" }, log);

  manager.ready("up");
  manager.watchdog();
  await manager.close();
  t.equal(manager.isPresent, false);
  t.equal(manager.watchdogUsec, undefined, "a ping that nobody hears need not be earned");
});

t.test("pings are for the process that the manager named", async (t) => {
  const base = { NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: "60000000" };
  t.equal(new ServiceManager(base, SILENT).watchdogUsec, "60000000");
  t.equal(new ServiceManager({ ...base, WATCHDOG_PID: String(process.pid) }, SILENT).watchdogUsec, "60000000");
  t.equal(new ServiceManager({ ...base, WATCHDOG_PID: "1" }, SILENT).watchdogUsec, undefined);
});
