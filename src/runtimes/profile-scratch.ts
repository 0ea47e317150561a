// A folder for one profile: ONNX Runtime writes a file there whose name it does not tell, we read it and take all away again.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class ProfileScratch {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Null where no folder can be made, neither there nor in the system's own place: then the load goes on without a profile. */
  static async open(preferred: string): Promise<ProfileScratch | null> {
    for (const parent of [preferred, tmpdir()]) {
      try {
        return new ProfileScratch(await mkdtemp(join(parent, "isotherm-profile-")));
      } catch {
        // Read-only, full or not there: the next one, or none. A profile is no reason to refuse a model.
      }
    }
    return null;
  }

  /** What ONNX Runtime puts before its own part of the file's name. */
  get prefix(): string {
    return join(this.#directory, "run");
  }

  /** The profile's text, or null where none was written. */
  async text(): Promise<string | null> {
    try {
      const [name] = await readdir(this.#directory);
      return name === undefined ? null : await readFile(join(this.#directory, name), "utf8");
    } catch {
      return null;
    }
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true }).catch(() => {});
  }
}
