import { spawn } from "node:child_process";
import { once } from "node:events";
import fc from "fast-check";
import t from "tap";
import type { Clock } from "../../src/contract/clock.js";
import { createLogger, type Logger, type LogSettings } from "../../src/observability/logger.js";

/** A log whose lines are kept, and whose clock stands until it is moved. */
function keptLog(settings: Partial<LogSettings> = {}, secrets: readonly string[] = []) {
  const lines: string[] = [];
  const clock: Clock & { nowMs: number } = {
    nowMs: 0,
    monotonicMs: () => clock.nowMs,
    isoNow: () => "2026-01-02T03:04:05.678Z",
  };
  const sink = { write: (line: string) => void lines.push(line) };
  const log: Logger = createLogger({ level: "info", format: "json", ...settings }, secrets, sink, clock);
  return { log, lines, clock };
}

const LOST = { code: "broker-lost", where: "mqtt://localhost:1883", what: "connection refused", remedy: "start it" };

t.test("one event is one line, for machines or for people", async (t) => {
  const machine = keptLog();
  machine.log.info("broker-connected", { protocol: "5", tls: false });
  t.same(machine.lines, [
    '{"level":"info","time":"2026-01-02T03:04:05.678Z","event":"broker-connected","protocol":"5","tls":false}\n',
  ]);

  const person = keptLog({ format: "text" });
  person.log.warn("frame-bad", { input: "porch", what: 'odd "picture"\nsecond line' });
  t.same(person.lines, [
    '2026-01-02T03:04:05.678Z WARN  frame-bad input=porch what="odd \\"picture\\"\\nsecond line"\n',
  ]);
});

t.test("a secret is in no line: whole, inside a text, in a URL, as a key, as a number", async (t) => {
  const { log, lines } = keptLog({}, ['p"ss wörd/1', "4711"]);
  log.error("odd", {
    url: "mqtt://user:p%22ss%20w%C3%B6rd%2F1@host",
    nested: [{ 'p"ss wörd/1': 1, thrown: new Error('refused p"ss wörd/1') }],
    quoted: JSON.stringify({ password: 'p"ss wörd/1' }),
    pin: 4711,
  });
  t.notMatch(lines.join(""), /ss w|%22ss|4711/);
  t.match(JSON.parse(lines[0] ?? ""), { url: "mqtt://user:***@host", pin: "***" });
});

t.test("whatever fields hold, a line is one bounded line of JSON without the secret", async (t) => {
  const secret = "hunter2hunter2";
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withDate: true })),
      fc.string(),
      (fields, text) => {
        const { log, lines } = keptLog({}, [secret]);
        log.info("any", { ...fields, text: text + secret + text, event: "forged", level: secret });
        const line = lines[0] ?? "";
        t.equal(lines.length, 1);
        return JSON.parse(line).event === "any" && !line.includes(secret) && line.indexOf("\n") === line.length - 1;
      },
    ),
  );
});

t.test("circles, payloads and long texts stay short", async (t) => {
  const { log, lines } = keptLog();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  log.info("big", { circle, payload: new Uint8Array(9_000_000), text: "x".repeat(1e6), list: new Array(1e6).fill(1) });
  t.ok((lines[0]?.length ?? 0) < 4000);
  t.match(JSON.parse(lines[0] ?? ""), { payload: "(9000000 bytes)" });
});

t.test("a trouble that lasts is written at once, then counted and written at growing intervals", async (t) => {
  const { log, lines, clock } = keptLog();
  for (clock.nowMs = 0; clock.nowMs < 24 * 3_600_000; clock.nowMs += 1000) log.trouble(LOST);
  const written = lines.map((line) => JSON.parse(line));

  t.match(written[0], { level: "warn", event: "trouble", ...LOST });
  t.notOk("times" in written[0]);
  t.same(
    written.slice(1, 4).map((line) => line.times),
    [61, 181, 421],
    "after 1, 2 and 4 minutes",
  );
  t.ok(written.length < 40, "a day of it is no flood");
});

t.test("another place is another trouble, and after a quiet hour the same one is news again", async (t) => {
  const { log, lines, clock } = keptLog();
  log.trouble(LOST);
  log.trouble({ ...LOST, where: "mqtt://other:1883" });
  clock.nowMs = 2 * 3_600_000;
  log.trouble(LOST);
  t.equal(lines.length, 3);
  t.notMatch(lines[2], /times/);
});

t.test("ten thousand different troubles are not remembered for ever", async (t) => {
  const { log, lines } = keptLog();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++) log.trouble({ ...LOST, where: `topic/${i}` });
  }
  t.equal(lines.length, 20_000, "the first was forgotten when it came again");
});

t.test("the end of the log tells what was counted and not yet written", async (t) => {
  const { log, lines } = keptLog();
  for (let i = 0; i < 5; i++) log.trouble({ ...LOST, where: "config.yaml:3:1: here" });
  log.close();
  t.match(JSON.parse(lines[1] ?? ""), {
    event: "trouble-count",
    code: LOST.code,
    where: "config.yaml:3:1: here",
    times: 5,
  });
});

t.test("a reload changes level, format and secrets", async (t) => {
  const { log, lines } = keptLog({}, ["old-secret"]);
  log.debug("unheard");
  log.configure({ level: "debug", format: "text" }, ["new-secret"]);
  log.debug("heard", { of: "new-secret" });
  log.configure({ level: "silent", format: "text" }, []);
  log.error("unheard");
  t.same(lines, ["2026-01-02T03:04:05.678Z DEBUG heard of=***\n"]);
});

t.test("a reader of stderr that goes away neither ends nor holds the process", async (t) => {
  const module = new URL("../../src/observability/logger.js", import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then((m) => {
    const log = m.createLogger({ level: "info", format: "json" }, []);
    process.stdin.once("end", () => {
      for (let i = 0; i < 1000; i++) log.info("line", { i });
      log.close();
      process.exitCode = 7;
    }).resume();
    log.info("first");
  })`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "ignore", "pipe"] });
  await once(child.stderr, "data");
  child.stderr.destroy();
  child.stdin.end();
  const [code, signal] = await once(child, "close");
  t.same([code, signal], [7, null], "it ended by itself");
});
