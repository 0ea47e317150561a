// Events on disk: order, bounds, and every way in which a disk or a process can fail in the middle.

import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import t from "tap";
import type { Trouble } from "../../src/base/trouble.js";
import { type Log, SILENT } from "../../src/contract/log.js";
import type { OutgoingMessage } from "../../src/contract/message.js";
import { addLine, doneLine, readLine } from "../../src/mqtt/journal-record.js";
import { Outbox } from "../../src/mqtt/outbox.js";

const JOURNAL = "events.journal";

function event(number: number, size = 0): OutgoingMessage {
  return { topic: "event/a/b", payload: `${number} ${"x".repeat(size)}`, qos: 1, retain: false };
}

function numberOf({ payload }: OutgoingMessage): number {
  return Number(String(payload).split(" ")[0]);
}

/** Sends all that waits; what came, in order. */
async function drained(outbox: Outbox): Promise<number[]> {
  const seen: number[] = [];
  await outbox.drain(async (message) => {
    seen.push(numberOf(message));
    return true;
  });
  return seen;
}

/** What a start would find on disk; takes it away. */
async function takeRest(directory: string): Promise<number[]> {
  const outbox = await Outbox.open(directory, SILENT);
  const seen = await drained(outbox);
  await outbox.close();
  return seen;
}

/** A disk of its own, of 256 KiB, gone with the test; throws where this process may not mount one. */
function smallDisk(teardown: (end: () => void) => void): string {
  const directory = mkdtempSync(join(tmpdir(), "isotherm-disk-"));
  teardown(() => rmdirSync(directory));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", directory], { stdio: "ignore" });
  teardown(() => execFileSync("umount", ["-l", directory]));
  return directory;
}

/** Root in a container often may not mount. */
function mountRefusal(): false | string {
  const ends: (() => void)[] = [];
  try {
    smallDisk((end) => ends.push(end));
    return false;
  } catch {
    return "needs root with the right to mount a small disk";
  } finally {
    for (const end of ends.reverse()) end();
  }
}

const mayMount = mountRefusal();

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

t.test("events wait over a restart, in order, and go when they are acknowledged", async (t) => {
  const directory = join(t.testdir(), "made", "when", "needed");
  const first = await Outbox.open(directory, SILENT);
  for (const number of upTo(5)) t.match(await first.append(event(number)), { ok: true });
  const picture: OutgoingMessage = { topic: "t", payload: Buffer.from([0, 255, 10]), qos: 1, retain: true, expiryS: 7 };
  await first.append(picture);
  let left = 2;
  await first.drain(async () => left-- > 0);
  t.equal(first.waiting, 4, "two went, the third had no answer");
  await first.close();

  const second = await Outbox.open(directory, SILENT);
  t.equal(second.waiting, 4);
  await second.append(event(9));
  const seen: OutgoingMessage[] = [];
  await second.drain(async (message) => seen.push(message) > 0);
  t.same(seen, [event(2), event(3), event(4), picture, event(9)]);
  await second.close();
  t.same(await takeRest(directory), []);
});

t.test("what is appended during a drain goes out with it, and a second drain joins the first", async (t) => {
  const outbox = await Outbox.open(t.testdir(), SILENT);
  await outbox.append(event(0));
  const seen: number[] = [];
  const send = async (message: OutgoingMessage) => {
    seen.push(numberOf(message));
    if (seen.length === 1) void outbox.append(event(1));
    return true;
  };
  await Promise.all([outbox.drain(send), outbox.drain(send)]);
  t.same(seen, [0, 1]);
  await outbox.close();
});

t.test("past its bounds the oldest go and are counted, on disk too", async (t) => {
  const directory = t.testdir();
  const outbox = await Outbox.open(directory, SILENT);
  await Promise.all(upTo(10_050).map((number) => outbox.append(event(number))));
  t.match([outbox.waiting, outbox.dropped], [10_000, 50]);
  for (const number of upTo(20, 20_000)) await outbox.append(event(number, 1024 * 1024));
  t.ok(outbox.waiting < 10, "eight MiB hold seven of a MiB each");
  await outbox.close();
  t.same(await takeRest(directory), upTo(7, 20_013));
  t.ok(statSync(join(directory, JOURNAL)).size < 32 * 1024 * 1024);
});

t.test("a journal of what is past is written anew, and nothing is left beside it", async (t) => {
  const directory = t.testdir();
  const outbox = await Outbox.open(directory, SILENT);
  for (const number of upTo(60)) {
    await outbox.append(event(number, 100_000));
    await drained(outbox);
  }
  await outbox.append(event(60));
  t.ok(statSync(join(directory, JOURNAL)).size < 3 * 1024 * 1024, "of six MiB that passed");
  t.same(readdirSync(directory), [JOURNAL]);
  await outbox.close();
  t.same(await takeRest(directory), [60]);
});

t.test("kill -9 in the middle of appends loses nothing that was promised, and doubles nothing", async (t) => {
  const directory = t.testdir();
  const writer = fileURLToPath(new URL("./outbox-writer.js", import.meta.url));
  let promisedBefore = 0;
  for (const round of [1, 2, 3]) {
    const promised: number[] = [];
    const child = spawn(process.execPath, [writer, directory], { stdio: ["ignore", "pipe", "inherit"] });
    const closed = new Promise((resolve) => child.once("close", resolve));
    createInterface({ input: child.stdout }).on("line", (line) => {
      promised.push(Number(line));
      if (promised.length === 200 * round) child.kill("SIGKILL");
    });
    await closed;
    const outbox = await Outbox.open(directory, SILENT);
    const ids: string[] = [];
    await outbox.drain(async ({ payload }) => {
      ids.push(JSON.parse(String(payload)).id);
      return true;
    });
    await outbox.close();
    t.equal(new Set(ids).size, ids.length, "none twice");
    const missing = promised.filter((number) => !ids.includes(`event ${number}`));
    t.same(missing, [], `round ${round}: all of ${promised.length} promised are among the ${ids.length} found`);
    promisedBefore += promised.length;
  }
  t.ok(promisedBefore > 1000);
});

t.test("a torn last line is no event and no trouble, and what comes after it is whole", async (t) => {
  const directory = t.testdir();
  const first = await Outbox.open(directory, SILENT);
  for (const number of upTo(3)) await first.append(event(number));
  await first.close();
  const path = join(directory, JOURNAL);
  truncateSync(path, statSync(path).size - 7);
  const warned: string[] = [];
  const log: Log = { ...SILENT, warn: (name) => warned.push(name) };
  const second = await Outbox.open(directory, log);
  t.same(warned, ["outbox-torn-lines"]);
  await second.append(event(7));
  await second.close();
  t.same(await takeRest(directory), [0, 1, 7]);
});

t.test("a journal cut or bitten anywhere still gives the other events", async (t) => {
  const directory = t.testdir();
  const lines = [...upTo(6).map((number) => addLine(number, event(number))), doneLine(2)].join("");
  await fc.assert(
    fc.asyncProperty(fc.nat(lines.length - 1), fc.boolean(), fc.nat(255), async (at, cut, byte) => {
      const bytes = Buffer.from(lines);
      // A bitten line end costs the two lines that it joins, anything else one.
      bytes[at] = byte;
      writeFileSync(join(directory, JOURNAL), cut ? bytes.subarray(0, at) : bytes);
      const seen = await takeRest(directory);
      const isOrdered = seen.every((number, index) => index === 0 || number > (seen[index - 1] ?? -1));
      return isOrdered && seen.every((number) => number >= 0 && number < 6) && (cut || seen.length >= 3);
    }),
    { numRuns: 200 },
  );
});

t.test("any line is a record or none, and what was written is read", async () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (line) => readLine(line) === null));
  const payload = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.nat(), fc.string(), payload, (seq, topic, content) => {
      const message: OutgoingMessage = { topic, payload: content, qos: 1, retain: false };
      const line = addLine(seq, message);
      const record = readLine(line.slice(0, -1));
      return (
        line.endsWith("\n") &&
        !line.slice(0, -1).includes("\n") &&
        record?.type === "add" &&
        record.seq === seq &&
        record.message.topic === topic &&
        Buffer.compare(Buffer.from(record.message.payload), Buffer.from(content)) === 0
      );
    }),
  );
});

t.test(
  "a full disk: events stay in memory, one trouble, and are written once there is room",
  { skip: mayMount },
  async (t) => {
    const disk = smallDisk((end) => t.teardown(end));
    const directory = join(disk, "outbox");
    const troubles: Trouble[] = [];
    const outbox = await Outbox.open(directory, { ...SILENT, trouble: (trouble) => void troubles.push(trouble) });
    t.match(await outbox.append(event(0)), { ok: true });
    const filler = join(disk, "filler");
    writeFileSync(filler, "");
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(4096));
    } catch {
      // Full.
    }
    t.match(await outbox.append(event(1, 50_000)), { ok: false, trouble: { code: "disk-full" } });
    t.match(await outbox.append(event(2, 5000)), { ok: false });
    t.equal(outbox.waiting, 3);
    t.same([...new Set(troubles.map(({ code }) => code))], ["disk-full"]);
    t.same(readdirSync(directory), [JOURNAL], "nothing half-written lies beside it");
    const killed = await Outbox.open(directory, SILENT);
    t.equal(killed.waiting, 1, "a kill now would leave the first one");

    truncateSync(filler, 0);
    t.match(await outbox.append(event(3)), { ok: true });
    await outbox.close();
    t.same(await takeRest(directory), [0, 1, 2, 3]);
  },
);

t.test("a disk that turned read-only: what waits and what comes goes out", { skip: mayMount }, async (t) => {
  const disk = smallDisk((end) => t.teardown(end));
  const writable = await Outbox.open(disk, SILENT);
  await writable.append(event(0));
  await writable.close();
  execFileSync("mount", ["-o", "remount,ro", disk]);
  const outbox = await Outbox.open(disk, SILENT);
  t.match(await outbox.append(event(1)), { ok: false, trouble: { code: "read-only" } });
  t.same(await drained(outbox), [0, 1]);
  await outbox.close();
});

t.test(
  "a folder that may not be written: what waits and what comes goes out",
  { skip: process.getuid?.() === 0 && "root may write everywhere" },
  async (t) => {
    const directory = t.testdir();
    const writable = await Outbox.open(directory, SILENT);
    await writable.append(event(0));
    await writable.close();
    chmodSync(directory, 0o500);
    t.teardown(() => chmodSync(directory, 0o700));
    const outbox = await Outbox.open(directory, SILENT);
    t.match(await outbox.append(event(1)), { ok: false, trouble: { code: "not-writable" } });
    t.same(await drained(outbox), [0, 1]);
    await outbox.close();
  },
);

t.test("a folder that can't be made: events stay in memory and go out", async (t) => {
  const directory = t.testdir({ place: "a file stands where the folder should be" });
  const outbox = await Outbox.open(join(directory, "place"), SILENT);
  t.match(await outbox.append(event(0)), { ok: false, trouble: { where: join(directory, "place", JOURNAL) } });
  t.same(await drained(outbox), [0]);
  await outbox.close();
});
