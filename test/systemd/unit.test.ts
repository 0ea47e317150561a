import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { EXIT } from "../../src/cli/output.js";
import { REPOSITORY } from "../support/shared-data.js";

const UNIT = readFileSync(join(REPOSITORY, "systemd/isotherm.service"), "utf8");
const SYSUSERS = join(REPOSITORY, "systemd/isotherm.sysusers.conf");

/** Offline review of a unit came with systemd 250. */
const needsAnalyze = needsVersion("systemd-analyze", 250);
const needsSysusers = needsVersion("systemd-sysusers", 250);
/** Keys that only newer versions know; older ones ignore them, which is why they may stand there. */
const NEWER_KEYS = /Unknown key (name )?'(RestartSteps|RestartMaxDelaySec)'/;

function needsVersion(program: string, version: number): false | string {
  const found = /^systemd (\d+)/.exec(spawnSync(program, ["--version"], { encoding: "utf8" }).stdout ?? "")?.[1];
  return Number(found ?? 0) >= version ? false : `needs ${program} ${version} or newer (apt-get install systemd)`;
}

/** The unit with a program that this machine has: `verify` looks for it. */
function installedUnit(t: { testdir(files: Record<string, string>): string }): string {
  const runnable = UNIT.replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath} run`);
  return join(t.testdir({ "isotherm.service": runnable }), "isotherm.service");
}

t.test("systemd understands every line of the unit", { skip: needsAnalyze }, async (t) => {
  const verified = spawnSync("systemd-analyze", ["verify", installedUnit(t)], { encoding: "utf8" });
  const complaints = verified.stderr
    .split("\n")
    .filter((line) => line.includes("isotherm.service") && !NEWER_KEYS.test(line));

  t.same(complaints, []);
  t.equal(verified.status, 0);
});

t.test("the unit's exposure is at most 2.0", { skip: needsAnalyze }, async (t) => {
  // The threshold is in tenths of what is printed.
  const args = ["security", "--offline=true", "--threshold=20", "--no-pager", installedUnit(t)];
  const reviewed = spawnSync("systemd-analyze", args, { encoding: "utf8" });
  const exposure = /Overall exposure level for isotherm\.service: ([\d.]+)/.exec(reviewed.stdout)?.[1];

  t.comment(`exposure ${exposure}`);
  t.ok(Number(exposure) <= 2.0, `${exposure} is at most 2.0`);
  t.equal(reviewed.status, 0);
});

t.test("the user and its groups can be made", { skip: needsSysusers }, async (t) => {
  const dry = spawnSync("systemd-sysusers", ["--dry-run", SYSUSERS], { encoding: "utf8" });
  t.equal(dry.status, 0, dry.stderr);
  t.match(UNIT, /^User=isotherm$/m);
});

t.test("the unit starts what the package ships, and agrees with the daemon's promises", async (t) => {
  const manifest: { bin: { isotherm: string } } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  t.match(UNIT, new RegExp(`^ExecStart=/usr/bin/node /opt/isotherm/${manifest.bin.isotherm} run$`, "m"));
  t.match(UNIT, new RegExp(`^RestartPreventExitStatus=${EXIT.configuration}$`, "m"));
  const stopS = Number(/^TimeoutStopSec=(\d+)$/m.exec(UNIT)?.[1]);
  t.ok(stopS > 5 && stopS <= 10, "the daemon ends within 5 s");
});
