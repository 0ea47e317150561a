import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { writeFileAtomic, writeTrouble } from "../../src/system/atomic-file.js";

const isRoot = process.getuid?.() === 0;

/** For writers in processes of their own. */
const MODULE = new URL("../../src/system/atomic-file.js", import.meta.url).href;

/** Runs a writer in a process of its own, as a user who is not root: root may write everywhere. */
function writeAsNobody(path: string): unknown {
  const script = `import(${JSON.stringify(MODULE)}).then(async (m) => console.log(JSON.stringify(await m.writeFileAtomic(${JSON.stringify(path)}, Buffer.from("new")))))`;
  const nobody = { uid: 65534, gid: 65534 };
  const child = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", ...(isRoot ? nobody : {}) });
  return JSON.parse(child.stdout);
}

t.test("a file is replaced as a whole, and nothing is left beside it", async (t) => {
  const directory = t.testdir({ "state.json": "old" });
  const path = join(directory, "state.json");

  t.match(await writeFileAtomic(path, Buffer.from("new")), { ok: true });
  t.equal(readFileSync(path, "utf8"), "new");
  t.same(readdirSync(directory), ["state.json"]);
});

t.test("a name as long as names can be is written too", async (t) => {
  const name = "n".repeat(255);
  const directory = t.testdir({});

  t.match(await writeFileAtomic(join(directory, name), Buffer.from("new")), { ok: true });
  t.same(readdirSync(directory), [name]);
});

t.test("many writers at once leave the content of one of them", async (t) => {
  const path = join(t.testdir({}), "state");
  const contents = Array.from({ length: 16 }, (_, i) => String(i).repeat(50_000));

  const written = await Promise.all(contents.map((content) => writeFileAtomic(path, Buffer.from(content))));
  t.ok(written.every((result) => result.ok));
  t.ok(contents.includes(readFileSync(path, "utf8")));
});

t.test("a writer that is killed leaves the old content or the new one, whole", async (t) => {
  const path = join(t.testdir({}), "state");
  const script = `import(${JSON.stringify(MODULE)}).then(async (m) => {
    for (let i = 0; ; i++) {
      await m.writeFileAtomic(${JSON.stringify(path)}, Buffer.alloc(1_000_000, "ab"[i % 2]));
      if (i >= 1) console.log(i);
    }
  })`;
  const writer = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(writer.stdout, "data");
  writer.kill("SIGKILL");
  await once(writer, "close");

  t.match(readFileSync(path, "utf8"), /^(a{1000000}|b{1000000})$/);
});

t.test("a folder in the place of the file, and a missing folder, are named as such", async (t) => {
  const directory = t.testdir({ taken: { inside: "" } });

  t.match(await writeFileAtomic(join(directory, "taken"), Buffer.from("new")), { trouble: { code: "not-a-file" } });
  t.match(await writeFileAtomic(join(directory, "none", "state"), Buffer.from("new")), {
    trouble: { code: "no-directory", where: join(directory, "none", "state") },
  });
  t.same(readdirSync(directory), ["taken"], "nothing is left of the attempt");
});

t.test("in a folder that may not be written the old file stands", async (t) => {
  const directory = t.testdir({ closed: { state: "old" } });
  const closed = join(directory, "closed");
  chmodSync(closed, 0o555);
  // Everybody may look for the way to it, or the refusal would be another one.
  t.equal(spawnSync("test", ["-r", closed], isRoot ? { uid: 65534, gid: 65534 } : {}).status, 0);

  t.match(writeAsNobody(join(closed, "state")), { ok: false, trouble: { code: "not-writable" } });
  t.same(readdirSync(closed), ["state"]);
  t.equal(readFileSync(join(closed, "state"), "utf8"), "old");
  chmodSync(closed, 0o755);
});

/** Hands `use` a disk in memory and takes it away again; false where this user may not mount. */
async function withSmallDisk(
  directory: string,
  options: string,
  use: (disk: string) => Promise<void>,
): Promise<boolean> {
  mkdirSync(directory);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory]).status !== 0) return false;
  try {
    await use(directory);
  } finally {
    spawnSync("umount", [directory]);
  }
  return true;
}

t.test("a full disk: the old file stands, nothing is half-written", async (t) => {
  const mounted = await withSmallDisk(join(t.testdir({}), "full"), "size=64k", async (disk) => {
    writeFileSync(join(disk, "state"), "old");

    const written = await writeFileAtomic(join(disk, "state"), Buffer.alloc(256 * 1024));
    t.match(written, { ok: false, trouble: { code: "disk-full" } });
    t.same(readdirSync(disk), ["state"]);
    t.equal(readFileSync(join(disk, "state"), "utf8"), "old");
  });
  if (!mounted) t.pass("not run", { skip: "needs root and the right to mount a tmpfs" });
});

t.test("a disk that turned read-only is named as such", async (t) => {
  const mounted = await withSmallDisk(join(t.testdir({}), "frozen"), "size=64k,ro", async (disk) => {
    t.match(await writeFileAtomic(join(disk, "state"), Buffer.from("new")), { trouble: { code: "read-only" } });
  });
  if (!mounted) t.pass("not run", { skip: "needs root and the right to mount a tmpfs" });
});

t.test("an error that nobody foresaw still has a place and a remedy", async (t) => {
  t.match(writeTrouble("/data/state", new Error("EWEIRD: odd")), {
    code: "write-failed",
    where: "/data/state",
    what: /EWEIRD/,
    remedy: /./,
  });
});
