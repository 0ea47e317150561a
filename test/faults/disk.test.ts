// A data directory that is full or may not be written: the daemon runs on and says so, and nothing half-written is left. Full is
// a small tmpfs of its own, which only root may mount; root is also who no file mode stops, so read-only is a mount, too.

import { execFileSync } from "node:child_process";
import { readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AlertDocument, EventDocument, ResponseDocument } from "../../src/contract/states.js";
import { BASE } from "../support/daemon.js";
import { needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { answersAgain, lightRoom, type Room } from "../support/room.js";

const skip = needsMosquitto || (mayMount() ? false : "needs the right to mount a tmpfs (run as root)");
const ALERT = `${BASE}/alert/disk-trouble`;

for (const [what, spoil, mend] of [
  ["full", fill, (at: string) => execFileSync("rm", ["-f", join(at, "filler")])],
  ["read-only", (at: string) => remount(at, "ro"), (at: string) => remount(at, "rw")],
] as const) {
  t.test(`a data directory that is ${what}: it runs on, says so, and goes on writing later`, { skip }, async (t) => {
    const room = await roomOnTmpfs(t);
    const { broker, daemon } = room;
    const { watch } = daemon;
    await answersAgain(room);
    spoil(daemon.dataDirectory);

    // Two things want to be kept: an event, and an operator's choice.
    await turnDark(room);
    const since = watch.now;
    await broker.publish(`${BASE}/pipeline/light/set/min_score`, "0.1");
    const answer = await watch.document(`${BASE}/response/set-min_score`, ResponseDocument, () => true, since);
    t.equal(answer.ok, true, "the choice holds");
    const alert = await watch.document(ALERT, AlertDocument);
    t.match(alert, { code: /./, remedy: /\w/ });
    await watch.document(`${BASE}/event/cam/light`, EventDocument, ({ label }) => label === "dark");
    t.same(
      readdirSync(daemon.dataDirectory).filter((name) => /tmp|~|\.part/.test(name)),
      [],
      "no file beside the others",
    );
    await answersAgain(room);

    mend(daemon.dataDirectory);
    const mended = watch.now;
    await broker.publish(`${BASE}/pipeline/light/set/min_score`, "0.2");
    await watch.until(ALERT, ({ payload }) => payload.length === 0, mended);
    t.match(await daemon.stop(), { code: 0 });
  });
}

t.test("a daemon that starts on a full disk runs", { skip }, async (t) => {
  const room = await roomOnTmpfs(t, fill);
  await answersAgain(room);
  t.match(await room.daemon.stop(), { code: 0 });
});

async function turnDark({ broker, daemon }: Room): Promise<void> {
  const since = daemon.watch.now;
  const dark = await evenPicture(0);
  for (let frame = 0; frame < 3; frame++) {
    const before = daemon.watch.now;
    await broker.publish("cam", dark);
    await daemon.watch.until(`${BASE}/result/cam/light`, () => true, before);
  }
  await daemon.watch.until(`${BASE}/state/cam/light`, () => true, since);
}

function roomOnTmpfs(t: Test, spoil: (at: string) => void = () => {}): Promise<Room> {
  return lightRoom(t, {
    prepare: async (directory) => {
      const at = join(directory, "data");
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", at]);
      // After the daemon's own teardown, which comes first: the folder is busy until then.
      t.teardown(() => execFileSync("umount", ["-l", at]));
      spoil(at);
    },
  });
}

/** To the last block. */
function fill(at: string): void {
  const { bavail, bsize } = statfsSync(at);
  writeFileSync(join(at, "filler"), Buffer.alloc(Math.max(0, bavail * bsize)));
}

function remount(at: string, mode: "ro" | "rw"): void {
  execFileSync("mount", ["-o", `remount,${mode}`, at]);
}

function mayMount(): boolean {
  try {
    execFileSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
