#!/usr/bin/env node
// The one binary. Loads the module of the command that is asked for and no other: `isotherm status` must not pay for
// ONNX Runtime, and the daemon's main process must never load it.

import { setFlagsFromString } from "node:v8";
import { Command, CommanderError } from "commander";
import { nearestName } from "../base/nearest.js";
import { thrownText } from "../base/trouble.js";
import { versionText } from "../system/paths.js";
import { EXIT, printLine } from "./output.js";

interface CommandEntry {
  readonly summary: string;
  /** The command itself, with its arguments and action. */
  readonly load: () => Promise<{ command(): Command }>;
}

/** In the order of the help. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: { summary: "the daemon", load: () => import("./commands/run.js") },
  demo: {
    summary: "the daemon with a broker, a camera and a live table: nothing else is needed",
    load: () => import("./commands/demo.js"),
  },
  check: {
    summary: "is the configuration right, with its packages and its broker",
    load: () => import("./commands/check.js"),
  },
  infer: { summary: "answers for files, one JSON document a line", load: () => import("./commands/infer.js") },
  eval: { summary: "accuracy on labelled data, per variant", load: () => import("./commands/eval.js") },
  models: { summary: "the model packages: list, show, verify", load: () => import("./commands/models.js") },
  status: { summary: "what runs, and how well", load: () => import("./commands/status.js") },
  variant: { summary: "pins a pipeline's variant, or hands it back", load: () => import("./commands/variant.js") },
  schema: {
    summary: "the JSON Schema of the configuration, of packages and of payloads",
    load: () => import("./commands/schema.js"),
  },
  ha: { summary: "Home Assistant's discovery documents: preview, clear", load: () => import("./commands/ha.js") },
};

/** Commands that run for months beside other programs. */
const LONG_RUNNING: ReadonlySet<string> = new Set(["run", "demo"]);

/** For processes in which large short-lived buffers come and go for months. Measured on 1080p frames, 400 each. */
const STEADY_HEAP: readonly string[] = [
  // A nursery that stays at its first 1 MiB: 118 MB of resident memory became 82, at the same CPU time.
  "--semi-space-growth-factor=1",
  // Frames' buffers are freed at once instead of by another thread later: else they count as memory under pressure, and the whole heap
  // is collected every twenty frames. 2.6 ms of CPU a frame became 1.4.
  "--no-concurrent-array-buffer-sweeping",
];

function helpText(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, entry]) => `  ${name.padEnd(width)}  ${entry.summary}`);
  return `isotherm ${versionText()}: a thermostat for models\n\nisotherm COMMAND [OPTIONS]\n\n${lines.join("\n")}\n\nisotherm COMMAND --help says more.`;
}

async function main(argv: readonly string[]): Promise<void> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    printLine(helpText());
    // Asked for help: done. Asked for nothing: that is wrong usage.
    process.exitCode = name === undefined ? EXIT.usage : EXIT.done;
    return;
  }
  if (name === "--version" || name === "-V") {
    printLine(versionText());
    return;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const near = nearestName(name, Object.keys(COMMANDS));
    process.stderr.write(
      `isotherm: no command "${name}"${near === null ? "" : `; did you mean "${near}"?`} (isotherm help lists them)\n`,
    );
    process.exitCode = EXIT.usage;
    return;
  }
  // Set before anything is loaded that fills the heap.
  if (LONG_RUNNING.has(name)) for (const flag of STEADY_HEAP) setFlagsFromString(flag);
  const loaded = await entry.load();
  const program = new Command("isotherm").exitOverride();
  program.addCommand(withExitOverride(loaded.command()));
  await program.parseAsync([name, ...rest], { from: "user" });
}

/** Commander would end the process by itself; a daemon's process must end by its own list. */
function withExitOverride(command: Command): Command {
  command.exitOverride();
  for (const child of command.commands) withExitOverride(child);
  return command;
}

// Whoever reads us may have read enough (`| head -1`): that is no failure of ours, and there is nobody left to tell.
process.stdout.on("error", (thrown: NodeJS.ErrnoException) => {
  if (thrown.code !== "EPIPE") throw thrown;
  process.exit(EXIT.done);
});

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    process.exitCode = thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else {
    process.stderr.write(`isotherm: ${thrownText(thrown)}\n`);
    if (process.env.ISOTHERM_TRACE !== undefined && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
    process.exitCode = EXIT.failed;
  }
}
