import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { claimFolder } from "../../src/system/sole-use.js";

const skip = process.platform === "linux" ? false : "abstract sockets are Linux only";

t.test("a folder has one holder, by whatever name it is asked for, until that one lets go", { skip }, async (t) => {
  const folder = join(t.testdir(), "data");
  mkdirSync(folder);
  symlinkSync(folder, join(folder, "..", "link"));
  const first = await claimFolder(folder);
  t.not(first, null);
  t.equal(await claimFolder(join(folder, "..", "link")), null);
  const other = await claimFolder(join(folder, "not-there-yet"));
  t.not(other, null, "another folder is free");
  first?.close();
  const second = await claimFolder(folder);
  t.not(second, null);
  second?.close();
  other?.close();
});

t.test("a holder that is killed has let go", { skip }, async (t) => {
  const folder = t.testdir();
  const at = new URL("../../src/system/sole-use.js", import.meta.url).href;
  const program = `import { claimFolder } from ${JSON.stringify(at)};
    if ((await claimFolder(${JSON.stringify(folder)})) !== null) process.kill(process.pid, "SIGKILL");`;
  const killed = spawnSync(process.execPath, ["--input-type=module", "--eval", program]);
  t.equal(killed.signal, "SIGKILL", "it held the folder");
  const next = await claimFolder(folder);
  t.not(next, null);
  next?.close();
});
