// What must never hurt: every bad file of ../shared/data, random bytes, pictures that claim to be huge, payloads that are. Each
// is counted with its reason and said, the next good frame is answered, and memory stays where it was.

import { readdirSync, readFileSync } from "node:fs";
import t from "tap";
import { seededRandom } from "../../src/base/random.js";
import { InputStatusDocument } from "../../src/contract/states.js";
import { BASE, residentBytes } from "../support/daemon.js";
import { needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { answersAgain, lightRoom, type Room } from "../support/room.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";

const STATUS = `${BASE}/input/cam/status`;
/** A single payload that stays, of the six that come after the first ones, would be over it; what an allocator keeps is not. */
const MAX_GROWTH_BYTES = 38 * 1024 * 1024;

const small = await evenPicture(0.5, "jpeg", [8, 8]);

t.test(
  "each bad file of the shared set is refused with a reason, and the next frame answered",
  {
    skip: needsMosquitto || needsSharedData,
  },
  async (t) => {
    const room = await lightRoom(t);
    for (const name of readdirSync(sharedData("frames", "bad")).sort()) {
      const error = await refused(room, readFileSync(sharedData("frames", "bad", name)));
      t.ok(error.what !== "" && error.remedy !== "", `${name}: ${error.code}: ${error.what}`);
    }
    t.ok(room.daemon.isAlive);
    t.notOk(JSON.stringify(room.daemon.log).includes("root:x:"), "no file was read through an SVG");
  },
);

t.test("bytes of no meaning are refused and counted by reason", { skip: needsMosquitto }, async (t) => {
  const room = await lightRoom(t, { config: { inputs: { cam: { mqtt: { topic: "cam" } } } } });
  const random = seededRandom(7);
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  const jpeg = await evenPicture(1, "jpeg", [64, 64]);
  const wrong: Readonly<Record<string, Buffer>> = {
    "random bytes": noise(5000),
    "a JPEG mark and noise": Buffer.concat([jpeg.subarray(0, 4), noise(3000)]),
    "a picture cut in half": jpeg.subarray(0, jpeg.length / 2),
    "a header of 100 megapixels": hugeHeader(),
    "JSON without a picture": Buffer.from('{"temperature": 21}'),
    "JSON with bad base64": Buffer.from('{"image": "%%%"}'),
    "JSON cut off": Buffer.from('{"image": "/9j/4AAQ'),
    "an SVG": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>'),
  };
  for (const [what, payload] of Object.entries(wrong)) {
    const error = await refused(room, payload);
    t.ok(error.what !== "", `${what}: ${error.code}: ${error.what}`);
  }
  const status = room.daemon.watch.documents(STATUS, InputStatusDocument).at(-1);
  const reasons = Object.values(status?.bad_by_reason ?? {}).reduce((sum, count) => sum + count, 0);
  t.equal(reasons, status?.bad, "each bad frame has its reason");
  await answersAgain(room);
  await room.daemon.watch.document(
    STATUS,
    InputStatusDocument,
    ({ state }) => state === "live",
    room.daemon.watch.now - 1,
  );
});

t.test("raw pixels of the wrong size, and an empty payload", { skip: needsMosquitto }, async (t) => {
  const raw = { format: "gray", width: 20, height: 10 };
  const room = await lightRoom(t, {
    config: { inputs: { cam: { mqtt: { topic: "cam" }, encoding: "raw", raw } } },
  });
  for (const length of [0, 199, 201, 600]) {
    const error = await refused(room, Buffer.alloc(length, 9), () => evenPicture(1, "gray", [20, 10]));
    t.ok(error.what !== "", `${length} bytes: ${error.code}: ${error.what}`);
  }
});

t.test(
  "payloads of 40 MB and pictures of 250 megapixels leave memory where it was",
  { skip: needsMosquitto },
  async (t) => {
    const room = await lightRoom(t);
    const large = Buffer.alloc(40_000_000, 7);
    large.set(Buffer.from([0xff, 0xd8, 0xff]), 0);
    const rounds = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await refused(room, large);
        await refused(room, hugeHeader(i));
      }
    };
    await rounds(2);
    const before = residentBytes(room.daemon.pid);
    await rounds(6);
    const growth = residentBytes(room.daemon.pid) - before;
    t.ok(growth < MAX_GROWTH_BYTES, `grew by ${Math.round(growth / 1048576)} MiB`);
  },
);

t.test(
  "a stream of the same bad frame is one line of the log and a growing count",
  { skip: needsMosquitto },
  async (t) => {
    const room = await lightRoom(t);
    const before = room.daemon.log.length;
    for (let i = 0; i < 20; i++) await room.broker.publish("cam", "this is no picture");
    await room.daemon.watch.document(STATUS, InputStatusDocument, ({ bad }) => bad === 20);
    await answersAgain(room);
    const lines = room.daemon.log.slice(before).filter((line) => line.level !== "debug" && line.level !== 20);
    t.ok(lines.filter((line) => JSON.stringify(line).includes("picture")).length <= 3, JSON.stringify(lines));
  },
);

/** Sends it; waits until it is counted and named; then a good frame must be answered. @returns its trouble */
async function refused(room: Room, payload: Buffer, good?: () => Promise<Buffer>) {
  const { broker, daemon } = room;
  const before = daemon.watch.documents(STATUS, InputStatusDocument).at(-1)?.bad ?? 0;
  const since = daemon.watch.now;
  await broker.publish("cam", payload);
  const status = await daemon.watch.document(STATUS, InputStatusDocument, ({ bad }) => bad > before, since);
  if (status.last_error === null || status.state !== "error") throw new Error(`no reason: ${JSON.stringify(status)}`);
  if (good === undefined) await answersAgain(room);
  else {
    const after = daemon.watch.now;
    await broker.publish("cam", await good());
    await daemon.watch.until(`${BASE}/result/cam/light`, () => true, after);
  }
  return status.last_error;
}

/** A good small JPEG whose header claims 16000 x 16000 or so: 250 megapixels. */
function hugeHeader(more = 0): Buffer {
  const jpeg = Buffer.from(small);
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(16_000 + more, at + 5);
  jpeg.writeUInt16BE(16_000, at + 7);
  return jpeg;
}
