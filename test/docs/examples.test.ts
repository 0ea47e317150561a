// Runs every example of README.md and docs/: YAML is read by the schema it is for, shell blocks run in the order in which a
// person would type them. Comments before a block say what it needs: `broker`, `config` (the README's own, saved where it says),
// `daemon` (the block is the daemon, and goes on), `running` (wait until it runs), `skip, why`.
//
// Three things are not as typed, since tests run side by side and in a tree that is built: the broker has another port than 1883,
// `npm ci` has been done, and the demo ends sooner.

import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import t, { type Test } from "tap";
import { parse } from "yaml";
import { configFromObject } from "../../src/config/load.js";
import { Manifest } from "../../src/contract/manifest.js";
import { PipelineStateDocument } from "../../src/contract/states.js";
import { cleanEnvironment, ISOTHERM } from "../support/daemon.js";
import { runProgram } from "../support/isotherm.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { REPOSITORY } from "../support/shared-data.js";
import { Watch } from "../support/watch.js";
import { type Block, blocksOf } from "./blocks.js";

/** A block that hangs fails here and not at the runner's limit. */
const BLOCK_PATIENCE_MS = 120_000;

const documents = ["README.md", ...markdownBelow("docs")];
const readme = blocksOf(readFileSync(join(REPOSITORY, "README.md"), "utf8"));
const configuration = readme.find(({ language }) => language === "yaml")?.text ?? "";
const gauge = existsSync(join(REPOSITORY, "models/gauge-reader/model.yaml"))
  ? false
  : "models/gauge-reader is not built";

for (const document of documents) {
  for (const block of blocksOf(readFileSync(join(REPOSITORY, document), "utf8"))) {
    if (block.language !== "yaml" && block.language !== "yml") continue;
    t.test(`${document}:${block.line}: the YAML is right`, async (t) => {
      const value: { isotherm?: unknown } = parse(block.text);
      if (value.isotherm !== undefined) {
        t.ok(Manifest.safeParse(value).success, block.text);
        return;
      }
      const checked = configFromObject(value, {});
      t.same(checked.ok ? [] : checked.troubles, []);
    });
  }
}

t.test("the shell blocks of the README run in their order", { skip: needsMosquitto || gauge }, async (t) => {
  const desk = await Desk.prepare(t);
  for (const block of readme) {
    if (block.language !== "sh") continue;
    if (block.skip !== null) t.pass(`line ${block.line}: not run, ${block.skip}`);
    else await desk.run(t, block);
  }
});

t.test("every shell block of docs/ is one that somebody runs", async (t) => {
  for (const document of documents.slice(1)) {
    const blocks = blocksOf(readFileSync(join(REPOSITORY, document), "utf8"));
    const unrun = blocks.filter(({ language, skip }) => language === "sh" && skip === null);
    t.same(unrun, [], `${document}: add it to this test, or say why it is skipped`);
  }
});

/** Where the person sits: a folder with the repository's models, the README's configuration, and a broker on the machine. */
class Desk {
  readonly #directory: string;
  readonly #broker: Mosquitto;
  #daemon: ChildProcess | null = null;

  private constructor(directory: string, broker: Mosquitto) {
    this.#directory = directory;
    this.#broker = broker;
  }

  static async prepare(t: Test): Promise<Desk> {
    const broker = await Mosquitto.start();
    t.teardown(() => broker.stop());
    const directory = t.testdir({ bin: {}, config: {}, data: {} });
    const desk = new Desk(directory, broker);
    for (const shared of ["models"]) symlinkSync(join(REPOSITORY, shared), join(directory, shared));
    const text = configuration.replace("localhost:1883", `localhost:${broker.port}`);
    writeFileSync(join(directory, "config", "isotherm.yaml"), text);
    desk.#program("npx", `shift; exec "${process.execPath}" "${ISOTHERM}" "$@"`);
    // `npm run demo -- …` is what package.json says, with the build that this test belongs to.
    desk.#program("npm", `[ "$1" = ci ] && exit 0; shift 3; exec "${process.execPath}" "${ISOTHERM}" demo "$@"`);
    for (const client of ["mosquitto_pub", "mosquitto_sub"])
      desk.#program(client, `PATH="${process.env.PATH}" exec ${client} -p ${broker.port} "$@"`);
    t.teardown(() => desk.#end());
    return desk;
  }

  async run(t: Test, block: Block): Promise<void> {
    const script = block.text.replace("--for 60s", "--for 20s");
    if (block.needs.includes("daemon")) {
      this.#daemon = spawn("sh", ["-euc", `exec ${script}`], this.#options());
      t.pass(`line ${block.line}: goes on`);
      return;
    }
    if (block.needs.includes("running")) await this.#running();
    const run = await runProgram("sh", ["-euc", script], { ...this.#options(), patienceMs: BLOCK_PATIENCE_MS });
    t.equal(run.code, 0, `line ${block.line}: ${run.stdout.slice(-600)} ${run.stderr.slice(-600)}`);
    t.ok(run.stdout.trim() !== "", `line ${block.line}: it prints something`);
  }

  /** The node is named after this machine: any will do. */
  async #running(): Promise<void> {
    const watch = await Watch.open(this.#broker, ["isotherm/+/pipeline/pressure/state"]);
    const isRunning = (payload: Buffer) =>
      PipelineStateDocument.parse(JSON.parse(payload.toString("utf8"))).state === "running";
    await watch.first(({ payload }) => payload.length > 0 && isRunning(payload), 0, "the pipeline's state");
    await watch.close();
  }

  #options() {
    const env = {
      ...cleanEnvironment(),
      PATH: [join(this.#directory, "bin"), process.env.PATH ?? ""].join(delimiter),
      // As systemd would say it: the usual place is root's.
      STATE_DIRECTORY: join(this.#directory, "data"),
    };
    return { cwd: this.#directory, env };
  }

  #program(name: string, body: string): void {
    const path = join(this.#directory, "bin", name);
    mkdirSync(join(this.#directory, "bin"), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }

  async #end(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === null || daemon.exitCode !== null) return;
    const gone = new Promise((resolve) => daemon.once("close", resolve));
    daemon.kill("SIGTERM");
    await gone;
  }
}

function markdownBelow(folder: string): string[] {
  const path = join(REPOSITORY, folder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => join(folder, name));
}
