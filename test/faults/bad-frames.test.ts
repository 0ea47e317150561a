// What must never hurt: every bad file of ../shared/data, random bytes, pictures cut short or that claim to be huge. Each is
// counted with its reason and said, and the next good frame is answered.

import { readdirSync, readFileSync } from "node:fs";
import t from "tap";
import { seededRandom } from "../../src/base/random.js";
import { InputStatusDocument } from "../../src/contract/states.js";
import { needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { answersAgain, CAM_STATUS, hugePicture, lightRoom, refused } from "../support/room.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";

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
    "a header of 100 megapixels": await hugePicture(),
    "JSON without a picture": Buffer.from('{"temperature": 21}'),
    "JSON with bad base64": Buffer.from('{"image": "%%%"}'),
    "JSON cut off": Buffer.from('{"image": "/9j/4AAQ'),
    "an SVG": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>'),
  };
  for (const [what, payload] of Object.entries(wrong)) {
    const error = await refused(room, payload);
    t.ok(error.what !== "", `${what}: ${error.code}: ${error.what}`);
  }
  const status = room.daemon.watch.documents(CAM_STATUS, InputStatusDocument).at(-1);
  const reasons = Object.values(status?.bad_by_reason ?? {}).reduce((sum, count) => sum + count, 0);
  t.equal(reasons, status?.bad, "each bad frame has its reason");
  await answersAgain(room);
  await room.daemon.watch.document(
    CAM_STATUS,
    InputStatusDocument,
    ({ state }) => state === "live",
    room.daemon.watch.now - 1,
  );
});
