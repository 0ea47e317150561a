// `npm run bench`: the whole daemon against the Python loop that a user would write instead, in one run on one broker. Prints a
// line of JSON per case with both figures and their ratio, then a table for people.
//
//   npm run bench -- [--cases "VGA rfb-640,idle"] [--rounds 8] [--frames 40] [--soak] [--minutes 10]

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { tableText } from "../../src/cli/output.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { pythonWith } from "../support/python.js";
import { REPOSITORY } from "../support/shared-data.js";
import { writeTinyPackage } from "../support/tiny-model.js";
import {
  type BenchCase,
  CASES,
  GROWTH_GOAL_RATIO,
  IDLE_GOAL_RATIO,
  MEMORY_GOAL,
  missing,
  OWN_SHARE_GOAL_MS,
  SOAK_CASE,
} from "./cases.js";
import { BenchClient } from "./client.js";
import { pictures } from "./corpus.js";
import { duel, type Figures } from "./duel.js";
import { absolute, against, type Outcome, outcomeRows } from "./outcome.js";
import { type Side, startDaemon, startPeer } from "./sides.js";
import { soak } from "./soak.js";

/** Long enough that a tick of 10 ms is a thousandth of a core. */
const IDLE_MS = 20_000;
const MIB = 1024 * 1024;
/**
 * A broker that writes a line for each message would be measured, too. By default mosquitto holds the second of two pictures back until
 * the first is acknowledged, 40 ms, for both sides alike: that would hide what they differ in.
 */
const BROKER = ["log_type none", "log_type information", "log_type error", "set_tcp_nodelay true"];
/** Frames of nearly no work: many, for a tick to be small. */
const OWN_SHARE_FRAMES = 400;

const { values: options } = parseArgs({
  options: {
    cases: { type: "string" },
    rounds: { type: "string", default: "8" },
    frames: { type: "string", default: "40" },
    soak: { type: "boolean", default: false },
    minutes: { type: "string", default: "10" },
  },
});
const bursts = { rounds: Number(options.rounds), framesPerBurst: Number(options.frames) };

if (needsMosquitto !== false) throw new Error(needsMosquitto);
const python = await pythonWith(
  ["-r", join(REPOSITORY, "test/bench/requirements.txt")],
  join(REPOSITORY, "test/bench/.venv"),
);
const interpreter = "interpreter" in python ? python.interpreter : null;
if ("skip" in python) say({ case: "peer", skipped: python.skip });

interface Room {
  readonly broker: Mosquitto;
  readonly client: BenchClient;
}

const outcomes: Outcome[] = [];
for (const one of CASES) await perhaps(one.name, missing(one), (room) => runDuel(one, room));
await perhaps("own share", null, runOwnShare);
await perhaps("idle", missing(SOAK_CASE), runIdle);
if (options.soak) await perhaps("soak", missing(SOAK_CASE), runSoak);
const header = ["case", "figure", "daemon", "peer", "ratio", "goal", ""];
process.stdout.write(`\n${tableText(header, outcomes.flatMap(outcomeRows))}\n`);

/** Each case has a broker of its own: nothing retained, no client of the case before. @param why it can't run here */
async function perhaps(name: string, why: string | null, run: (room: Room) => Promise<Outcome>): Promise<void> {
  if (options.cases !== undefined && !options.cases.split(",").includes(name)) return;
  if (why !== null) {
    say({ case: name, skipped: why });
    return;
  }
  const broker = await Mosquitto.start({ extra: BROKER });
  const client = await BenchClient.connect(broker.port);
  try {
    const outcome = await run({ broker, client });
    outcomes.push(outcome);
    say(outcome);
  } finally {
    await client.close();
    await broker.stop();
  }
}

async function runDuel(one: BenchCase, { broker, client }: Room): Promise<Outcome> {
  const corpus = await pictures(one.size, one.package.endsWith("gauge-reader"));
  const daemon = await startDaemon(one, broker.port, client);
  const peer = interpreter === null ? null : await startPeer(one, broker.port, client, interpreter);
  const sides: Side[] = peer === null ? [daemon] : [daemon, peer];
  const figures = await duel(sides, corpus, client, { ...bursts, inputs: one.inputs });
  for (const side of sides) await side.stop();
  const ours = figures.get(daemon);
  if (ours === undefined) throw new Error("the daemon was measured");
  const theirs = peer === null ? null : (figures.get(peer) ?? null);
  const compare = (name: string, unit: string, of: (figures: Figures) => number, goal: number | null) =>
    against(name, unit, of(ours), theirs === null ? null : of(theirs), goal);
  return {
    case: one.name,
    frames: ours.frames,
    found: { daemon: ours.found, peer: theirs?.found ?? null },
    timing_ms: { daemon: ours.timingMs, peer: theirs?.timingMs ?? null },
    figures: [
      compare("CPU per frame", "ms", (side) => side.cpuMsPerFrame, one.goals.cpu),
      compare("latency p50", "ms", (side) => side.latencyP50Ms, one.goals.latency),
      compare("latency p95", "ms", (side) => side.latencyP95Ms, null),
      compare("memory, RSS of all processes", "MiB", (side) => side.memory.rss / MIB, MEMORY_GOAL),
      compare("memory, PSS of all processes", "MiB", (side) => side.memory.pss / MIB, MEMORY_GOAL),
      against("CPU per frame, main process", "ms", ours.mainCpuMsPerFrame, null, null),
    ],
  };
}

/** A picture and a model that cost next to nothing leave what the daemon itself costs, from the broker to the broker. */
async function runOwnShare({ broker, client }: Room): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), "isotherm-bench-tiny-"));
  const tiny = await writeTinyPackage(directory, "tiny");
  const one: BenchCase = { ...SOAK_CASE, package: tiny, variant: "only", inputs: 1 };
  const daemon = await startDaemon(one, broker.port, client);
  const corpus = [await evenPicture(0.5)];
  const figures = await duel([daemon], corpus, client, { rounds: 4, framesPerBurst: OWN_SHARE_FRAMES, inputs: 1 });
  await daemon.stop();
  await rm(directory, { recursive: true });
  const ours = figures.get(daemon);
  return {
    case: "own share",
    timing_ms: { daemon: ours?.timingMs ?? null },
    figures: [
      absolute("CPU per frame, 32x24 through a model of no work", "ms", ours?.cpuMsPerFrame ?? 0, OWN_SHARE_GOAL_MS),
      against("latency p50", "ms", ours?.latencyP50Ms ?? 0, null, null),
    ],
  };
}

async function runIdle({ broker, client }: Room): Promise<Outcome> {
  const daemon = await startDaemon(SOAK_CASE, broker.port, client);
  // What the start left to do is done by then.
  await sleep(IDLE_MS / 4);
  const before = daemon.cpuMs();
  await sleep(IDLE_MS);
  const ratio = (daemon.cpuMs() - before) / IDLE_MS;
  const { rss } = daemon.memory();
  await daemon.stop();
  return {
    case: "idle",
    figures: [
      absolute("CPU, connected, no frames", "of a core", ratio, IDLE_GOAL_RATIO),
      against("memory, RSS of all processes", "MiB", rss / MIB, null, null),
    ],
  };
}

async function runSoak({ broker, client }: Room): Promise<Outcome> {
  const one = { ...SOAK_CASE, inputs: 2 };
  const corpus = await pictures(one.size, one.package.endsWith("gauge-reader"));
  const daemon = await startDaemon(one, broker.port, client);
  const { frames, seconds, earlyBytes, lateBytes } = await soak(daemon, corpus, client, Number(options.minutes));
  await daemon.stop();
  return {
    case: "soak",
    model: one.name,
    frames,
    seconds,
    resident_mib: { early: Math.round(earlyBytes / MIB), late: Math.round(lateBytes / MIB) },
    figures: [absolute("growth of resident memory", "ratio", lateBytes / earlyBytes - 1, GROWTH_GOAL_RATIO)],
  };
}

function say(document: object): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
