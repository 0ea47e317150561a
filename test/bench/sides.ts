// The two that are compared, each a running program with topics: the daemon as `npm install` leaves it, and the Python loop.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processUsage } from "../../src/system/process-usage.js";
import { childrenOf, cleanEnvironment, ISOTHERM } from "../support/daemon.js";
import { REPOSITORY } from "../support/shared-data.js";
import { type BenchCase, THREADS } from "./cases.js";
import type { BenchClient } from "./client.js";

export interface Side {
  readonly name: "daemon" | "peer";
  /** Where its input number `at` listens. */
  inputTopic(at: number): string;
  resultTopic(at: number): string;
  /** CPU milliseconds that all its processes have used. */
  cpuMs(): number;
  /** CPU of the daemon's main process alone; the peer has one. */
  mainCpuMs(): number;
  memory(): Memory;
  stop(): Promise<void>;
}

/** Bytes, all processes together. */
export interface Memory {
  /** Each shared page counts in every process that maps it. */
  readonly rss: number;
  /** Each shared page counts once, split among those that map it. */
  readonly pss: number;
}

/** @param port of the broker */
export async function startDaemon(one: BenchCase, port: number, client: BenchClient): Promise<Side> {
  const directory = mkdtempSync(join(tmpdir(), "isotherm-bench-"));
  const names = Array.from({ length: one.inputs }, (_, at) => `cam${at}`);
  const config = {
    version: 1,
    node: { id: "bench", data_dir: directory },
    mqtt: { url: `mqtt://localhost:${port}` },
    engine: { threads: THREADS, providers: ["cpu"] },
    inputs: Object.fromEntries(names.map((name) => [name, { mqtt: { topic: `bench/daemon/${name}` } }])),
    pipelines: { bench: { inputs: names, model: one.package, variants: [one.variant] } },
  };
  const path = join(directory, "config.yaml");
  writeFileSync(path, JSON.stringify(config));
  const child = spawn(process.execPath, [ISOTHERM, "run", "--config", path], {
    env: cleanEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ready = client.until("isotherm/bench/pipeline/bench/state", (payload) => payload.includes('"running"'));
  await orDead(ready, child, "the daemon");
  return side("daemon", child, {
    inputTopic: (at) => `bench/daemon/cam${at}`,
    resultTopic: (at) => `isotherm/bench/result/cam${at}/bench`,
    cleanUp: () => rmSync(directory, { recursive: true, force: true }),
  });
}

export async function startPeer(one: BenchCase, port: number, client: BenchClient, python: string): Promise<Side> {
  const script = join(REPOSITORY, "test/bench/peer.py");
  const args = [String(port), one.package, one.variant, String(THREADS), "bench/peer/+", "peer/result"];
  const child = spawn(python, [script, ...args], { env: cleanEnvironment(), stdio: ["ignore", "ignore", "pipe"] });
  await orDead(
    client.until("peer/result/ready", () => true),
    child,
    "the peer",
  );
  return side("peer", child, {
    inputTopic: (at) => `bench/peer/cam${at}`,
    resultTopic: (at) => `peer/result/cam${at}`,
    cleanUp: () => {},
  });
}

function side(
  name: Side["name"],
  child: ChildProcess,
  parts: Pick<Side, "inputTopic" | "resultTopic"> & { readonly cleanUp: () => void },
): Side {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started`);
  const family = () => [pid, ...childrenOf(pid)];
  const sum = (of: (pid: number) => number) => family().reduce((total, one) => total + of(one), 0);
  return {
    name,
    inputTopic: parts.inputTopic,
    resultTopic: parts.resultTopic,
    cpuMs: () => sum((one) => processUsage(one)?.cpuMs ?? 0),
    mainCpuMs: () => processUsage(pid)?.cpuMs ?? 0,
    memory: () => ({
      rss: sum((one) => processUsage(one)?.rssBytes ?? 0),
      pss: sum(proportionalBytes),
    }),
    stop: async () => {
      const gone = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGTERM");
      await gone;
      parts.cleanUp();
    },
  };
}

function proportionalBytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? "0";
  return Number(kilobytes) * 1024;
}

/** What it printed last stands in the error. */
async function orDead(ready: Promise<unknown>, child: ChildProcess, who: string): Promise<void> {
  let said = "";
  child.stderr?.on("data", (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  const dead = new Promise<never>((_, reject) =>
    child.once("exit", (code) => reject(new Error(`${who} ended with ${code}: ${said}`))),
  );
  // It may end in order later, which is nobody's failure.
  dead.catch(() => {});
  await Promise.race([ready, dead]);
}
