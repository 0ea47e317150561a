// A data directory that is full or may not be written: the daemon runs on and says so, and nothing half-written is left. Full is
// a small tmpfs of its own, which only root may mount; root is also who no file mode stops, so read-only is a mount, too.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AlertDocument, EventDocument, ResponseDocument } from "../../src/contract/states.js";
import { BASE } from "../support/daemon.js";
import { needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { answersAgain, lightRoom, type Room } from "../support/room.js";

const skip = needsMosquitto || (mayMount() ? false : "needs the right to mount a tmpfs (run as root)");
const ALERT = `${BASE}/alert/disk-trouble`;

const remove = (at: string) => rmSync(join(at, "filler"));

for (const [what, before, during, mend] of [
  ["fills up", () => {}, fill, remove],
  ["is full from the start", fill, () => {}, remove],
  // A file that is open for writing keeps a mount from becoming read-only: it is so from the start.
  ["is read-only", (at: string) => remount(at, "ro"), () => {}, (at: string) => remount(at, "rw")],
] as const) {
  t.test(`a data directory that ${what}: it runs on, says so, and writes again later`, { skip }, async (t) => {
    const room = await roomOnTmpfs(t, before);
    const { broker, daemon } = room;
    const { watch } = daemon;
    await answersAgain(room);
    during(daemon.dataDirectory);

    // Two things want to be kept: an event, and an operator's choice.
    await turnDark(room);
    const since = watch.now;
    await broker.publish(`${BASE}/pipeline/light/set/min_score`, "0.1");
    const answer = await watch.document(`${BASE}/response/set-min_score`, ResponseDocument, () => true, since);
    t.equal(answer.ok, true, "the choice holds");
    t.match(await watch.document(ALERT, AlertDocument), { remedy: /\w/ });
    await watch.document(`${BASE}/event/cam/light`, EventDocument, ({ label }) => label === "dark");
    t.same(halfWritten(daemon.dataDirectory), [], "nothing half-written");
    await answersAgain(room);

    mend(daemon.dataDirectory);
    const mended = watch.now;
    await broker.publish(`${BASE}/pipeline/light/set/min_score`, "0.2");
    await watch.until(ALERT, ({ payload }) => payload.length === 0, mended);
    t.match(readFileSync(join(daemon.dataDirectory, "operator.json"), "utf8"), "0.2", "the choice is kept");
    t.match(await daemon.stop(), { code: 0 });
  });
}

/** Files that are neither whole documents nor the journal. */
function halfWritten(directory: string): string[] {
  return readdirSync(directory).filter(
    (name) => !["filler", "events.journal", "set-aside"].includes(name) && !isWhole(join(directory, name)),
  );
}

function isWhole(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, "utf8"));
    return path.endsWith(".json");
  } catch {
    return false;
  }
}

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

function roomOnTmpfs(t: Test, spoil: (at: string) => void): Promise<Room> {
  return lightRoom(t, {
    prepare: async (directory) => {
      const at = join(directory, "data");
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", at]);
      spoil(at);
    },
    cleanUp: (directory) => execFileSync("umount", ["-l", join(directory, "data")]),
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
