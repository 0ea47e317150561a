// A Python with packages of PyPI in a folder of its own, for clients that this project did not write. Nothing of it is needed
// to run Isotherm.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Run, runProgram } from "./isotherm.js";

/** A slow network needs its time; OpenCV and ONNX Runtime are a hundred megabytes. */
const INSTALL_PATIENCE_MS = 300_000;

export type Python = { readonly interpreter: string } | { readonly skip: string };

/** @param directory where it stays; an environment that is complete there is used again */
export async function pythonWith(requirements: readonly string[], directory: string): Promise<Python> {
  const interpreter = join(directory, "bin", "python");
  const marker = join(directory, "complete");
  if (existsSync(marker)) return { interpreter };
  const made = await runProgram("python3", ["-m", "venv", directory], { patienceMs: INSTALL_PATIENCE_MS }).catch(
    (): Run => ({ code: 127, stdout: "", stderr: "no python3" }),
  );
  if (made.code !== 0) return { skip: "needs python3 with venv: apt-get install python3 python3-venv" };
  const pip = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...requirements];
  const installed = await runProgram(pip[0] ?? "", pip.slice(1), { patienceMs: INSTALL_PATIENCE_MS });
  if (installed.code !== 0) return { skip: `pip could not install ${requirements.join(" ")} here` };
  await runProgram("touch", [marker]);
  return { interpreter };
}

/** For one test: the folder goes with it. */
export async function temporaryPython(
  requirements: readonly string[],
  teardown: (clean: () => Promise<void>) => void,
): Promise<Python> {
  const directory = await mkdtemp(join(tmpdir(), "isotherm-python-"));
  teardown(() => rm(directory, { recursive: true, force: true }));
  return pythonWith(requirements, directory);
}
