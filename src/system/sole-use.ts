// Keeps a second process out of a folder that only one may write. The kernel gives the claim back when the process ends, however it
// ends: no file that is left behind after a power cut, and none to judge by its age.

import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { createServer } from "node:net";
import { resolve } from "node:path";

export interface SoleUse {
  /** The folder may be claimed again. */
  close(): void;
}

/**
 * Claims the folder, which need not be there yet.
 * @returns null when another process holds it. Where it can't be told (no Linux, a container with a network of its own) it is free
 */
export async function claimFolder(path: string): Promise<SoleUse | null> {
  if (process.platform !== "linux") return { close: () => {} };
  const whole = resolve(path);
  const real = await realpath(whole).catch(() => whole);
  // An abstract socket (unix(7)): a name in the kernel, not a file. Hashed, since a name has 107 bytes at most.
  const name = `\0isotherm-${createHash("sha256").update(real).digest("hex").slice(0, 32)}`;
  const server = createServer((stranger) => stranger.destroy());
  return new Promise((done) => {
    server.once("error", (thrown) => {
      done("code" in thrown && thrown.code === "EADDRINUSE" ? null : { close: () => {} });
    });
    server.listen(name, () => {
      // It holds the folder, not the process.
      server.unref();
      done({ close: () => server.close() });
    });
  });
}
