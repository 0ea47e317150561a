// A frame that kills the engine, and one that hangs it: the frame is set aside and not tried for ever, others are answered.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { AlertDocument } from "../../src/contract/states.js";
import { BASE, type Daemon } from "../support/daemon.js";
import { needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { HANG_MARK, KILL_MARK, poisoned } from "../support/poison.js";
import { answersAgain, lightRoom } from "../support/room.js";

const skip = needsMosquitto;
const program = [fileURLToPath(new URL("../support/poison-daemon.js", import.meta.url))];

for (const [what, mark] of [
  ["kills", KILL_MARK],
  ["hangs", HANG_MARK],
] as const) {
  t.test(`a frame that ${what} the engine is set aside, and the next one answered`, { skip }, async (t) => {
    const room = await lightRoom(t, { program });
    const { broker, daemon } = room;
    t.teardown(() => killEngine(daemon));
    const picture = poisoned(await evenPicture(0.3), mark);
    const since = daemon.watch.now;
    await broker.publish("cam", picture);
    const alert = await daemon.watch.document(`${BASE}/alert/frame-set-aside`, AlertDocument, () => true, since);
    t.match(alert.where, "cam");
    await answersAgain(room);

    const folder = join(daemon.dataDirectory, "set-aside");
    const names = (await readdir(folder)).sort();
    t.equal(names.length, 2, "the picture, and what happened");
    const [kept] = names.filter((name) => !name.endsWith(".json"));
    t.same(await readFile(join(folder, kept ?? "")), picture);

    // A camera that sends the very same picture for ever must not keep the engine from the others.
    for (let again = 0; again < 4; again++) await broker.publish("cam", picture);
    await answersAgain(room);
    t.ok((await readdir(folder)).length <= 4, "at most one more try");
    const answered = daemon.watch.documents(`${BASE}/result/cam/light`, ResultDocument);
    t.ok(
      answered.every(({ frame }) => frame.bytes !== picture.length),
      "it was never answered",
    );
  });
}

/** A hanging engine takes no other signal. */
function killEngine(daemon: Daemon): void {
  try {
    process.kill(daemon.enginePid(), "SIGKILL");
  } catch {
    // It is gone already.
  }
}
