// Builds the addon with node-gyp, at `npm ci`. Never fails an install: where something is missing it says which Debian package brings
// it, and the TypeScript twins do the work. `--has-turbojpeg` and `--addon-api` answer binding.gyp's questions.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
/** Where dependencies are looked for besides the installation: for developers who keep them elsewhere. */
const DEPENDENCIES = process.env.ISOTHERM_NATIVE_DEPENDENCIES ?? HERE;
const require = createRequire(join(DEPENDENCIES, "package.json"));

const compiler = process.env.CXX ?? "g++";

/** Whether a C++ program with this text compiles, links and finds its library. */
function compiles(text, libraries = []) {
  const args = ["-x", "c++", "-std=c++17", "-o", join(tmpdir(), `isotherm-probe-${process.pid}`), "-", ...libraries];
  return spawnSync(compiler, args, { input: text, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
}

function hasTurboJpeg() {
  if (process.env.ISOTHERM_WITHOUT_TURBOJPEG === "1") return false;
  return compiles("#include <turbojpeg.h>\nint main() { tjDestroy(tjInitDecompress()); }\n", ["-lturbojpeg"]);
}

/** Node's own headers, where it was installed with them: then nothing is downloaded. */
function headersOfNode() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node_api.h")) ? prefix : null;
}

function resolve(name) {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
}

function say(line) {
  process.stderr.write(`isotherm: ${line}\n`);
}

function build() {
  if (process.env.ISOTHERM_WITHOUT_ADDON === "1") return say("native addon left out, as ISOTHERM_WITHOUT_ADDON says");
  const gyp = resolve("node-gyp/bin/node-gyp.js");
  const missing = [
    [compiles("int main() {}\n"), "a C++ compiler (apt-get install g++)"],
    [spawnSync("make", ["--version"]).status === 0, "make (apt-get install make)"],
    [spawnSync("python3", ["--version"]).status === 0, "Python 3, for node-gyp (apt-get install python3)"],
    [gyp !== null, "node-gyp (npm ci without --omit=optional)"],
    [resolve("node-addon-api") !== null, "node-addon-api (npm ci without --omit=optional)"],
  ].filter(([found]) => !found);
  if (missing.length > 0) {
    for (const [, what] of missing) say(`missing: ${what}`);
    return say("the native addon is not built; frames take their slower way through JavaScript");
  }
  const headers = headersOfNode();
  const args = [gyp, "rebuild", "--directory", HERE, ...(headers === null ? [] : [`--nodedir=${headers}`])];
  const built = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (built.status !== 0) {
    const lines = `${built.stdout}\n${built.stderr}`.trim().split("\n");
    for (const line of lines.slice(-20)) say(line);
    return say("the native addon could not be built; frames take their slower way through JavaScript");
  }
  if (!hasTurboJpeg()) say("built without JPEG: apt-get install libturbojpeg0-dev, then `npm run install`");
}

if (process.argv.includes("--has-turbojpeg")) process.stdout.write(hasTurboJpeg() ? "1" : "0");
else if (process.argv.includes("--addon-api")) process.stdout.write(dirname(resolve("node-addon-api") ?? HERE));
else build();
