// The manners of the engine as a process.

import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import type { FromEngine, ToEngine } from "../../../src/engine/protocol.js";
import { TEST_OPTIONS, tinySpecs } from "../../support/engine-room.js";

const ENTRY = fileURLToPath(new URL("../../../src/engine/child/main.js", import.meta.url));

function engine(t: Test) {
  const child = fork(ENTRY, [], { serialization: "advanced", stdio: ["ignore", "pipe", "pipe", "ipc"] });
  t.teardown(() => child.kill("SIGKILL"));
  const printed: Buffer[] = [];
  child.stdout?.on("data", (bytes: Buffer) => printed.push(bytes));
  child.stderr?.on("data", (bytes: Buffer) => printed.push(bytes));
  return {
    child,
    tell: (message: ToEngine) => child.send(message),
    /** The next message of a type. */
    hear: (type: FromEngine["type"]) =>
      new Promise<FromEngine>((resolve) => {
        const listen = (message: unknown) => {
          const heard = message as FromEngine;
          if (heard.type !== type) return;
          child.off("message", listen);
          resolve(heard);
        };
        child.on("message", listen);
      }),
    exit: once(child, "exit"),
    printed: () => Buffer.concat(printed).toString(),
  };
}

t.test("it says hello, loads, and leaves with 0 when it is asked to, without a word on stderr", async (t) => {
  const variants = await tinySpecs(t, "light", [
    { name: "good", gain: 20 },
    { name: "gone", gain: 20, fault: "missing" },
  ]);
  const { hear, tell, exit, printed } = engine(t);
  const hello = hear("hello");
  const loaded = hear("loaded");
  const failed = hear("load-failed");
  const ready = hear("ready");
  tell({ type: "load", options: { ...TEST_OPTIONS, providers: ["tensorrt", "cuda", "cpu"] }, variants });
  t.match(await hello, { protocol: 1, runtime: { name: "onnxruntime", providersBuiltIn: /cpu/ } });
  t.match(await loaded, { report: { provider: "cpu" } });
  t.match(await failed, { trouble: { code: "model-file-missing" } });
  t.match(await ready, { residentBytes: Number });
  tell({ type: "end" });
  t.same(await exit, [0, null]);
  t.equal(printed(), "");
});

t.test("signals that a whole group gets are left to the main process", async (t) => {
  const variants = await tinySpecs(t, "light", [{ name: "good", gain: 20 }]);
  const { child, hear, tell, exit } = engine(t);
  await hear("hello");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) child.kill(signal);
  const ready = hear("ready");
  tell({ type: "load", options: TEST_OPTIONS, variants });
  await ready;
  tell({ type: "end" });
  t.same(await exit, [0, null]);
});

t.test("it leaves when the main process is gone", async (t) => {
  const { child, hear, exit } = engine(t);
  await hear("hello");
  child.disconnect();
  t.same(await exit, [0, null]);
});

t.test("started by hand, it says what to start instead", async (t) => {
  const { status, stderr } = spawnSync(process.execPath, [ENTRY], { encoding: "utf8" });
  t.equal(status, 2);
  t.match(stderr, /isotherm run/);
});
