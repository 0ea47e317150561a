// Payloads that are no picture by their size or their number: raw pixels that do not add up, forty megabytes, the same rubbish for
// ever. Memory stays where it was, and so does the log.

import t from "tap";
import { InputStatusDocument } from "../../src/contract/states.js";
import { residentBytes } from "../support/daemon.js";
import { needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { answersAgain, CAM_STATUS, hugePicture, lightRoom, refused } from "../support/room.js";

/** A single payload that stays, of the six that come after the first ones, would be over it; what an allocator keeps is not. */
const MAX_GROWTH_BYTES = 38 * 1024 * 1024;

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
        await refused(room, await hugePicture(i));
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
    await room.daemon.watch.document(CAM_STATUS, InputStatusDocument, ({ bad }) => bad === 20);
    await answersAgain(room);
    const lines = room.daemon.log.slice(before).filter((line) => line.level !== "debug" && line.level !== 20);
    t.ok(lines.filter((line) => JSON.stringify(line).includes("picture")).length <= 3, JSON.stringify(lines));
  },
);
