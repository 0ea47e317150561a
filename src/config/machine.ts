// What the configuration leaves to the machine: host name, memory, directories of the service manager. Facts are gathered
// in one place, so that completing a configuration stays a function of plain data.

import { homedir, hostname, totalmem } from "node:os";
import { isAbsolute, join, resolve, sep } from "node:path";
import type { Config, Settings } from "./schema/config.js";

/** The environment as every function here takes it: handed in, never read from the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Machine {
  readonly hostName: string;
  readonly memoryBytes: number;
  /** Home of whoever runs this. */
  readonly home: string;
  /** systemd's `StateDirectory=`; null outside a service. */
  readonly stateDirectory: string | null;
  /** XDG_STATE_HOME where it is set. */
  readonly stateHome: string | null;
  readonly telemetryRoot: string | null;
}

/** Where the services of this system keep their state, and where a person's programs do (XDG base directories, 0.8). */
const SYSTEM_STATE = "/var/lib/isotherm";
const SYSTEM_CONFIGURATION = `${sep}etc${sep}`;

export function machineFacts(env: Environment): Machine {
  return {
    hostName: hostname(),
    memoryBytes: totalmem(),
    home: env.HOME ?? homedir(),
    // systemd.exec(5): several directories come colon-separated; the unit asks for one.
    stateDirectory: named(env.STATE_DIRECTORY?.split(":")[0]),
    stateHome: named(env.XDG_STATE_HOME),
    telemetryRoot: named(env.ISOTHERM_TELEMETRY_ROOT),
  };
}

/** The XDG rule for all of them: set and empty counts as not set. */
function named(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}

/**
 * Fills what the file left open.
 * @param directory absolute; the configuration's folder, which its file names are relative to
 */
export function completeConfig(settings: Settings, machine: Machine, directory: string): Config {
  const id = settings.node.id ?? nodeIdOf(machine.hostName);
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(directory, path));
  const { mqtt, engine, telemetry } = settings;
  return {
    ...settings,
    node: {
      id,
      name: settings.node.name ?? id,
      data_dir: absolute(settings.node.data_dir) ?? defaultDataDirectory(machine, directory),
    },
    mqtt: { ...mqtt, ca: absolute(mqtt.ca), cert: absolute(mqtt.cert), key: absolute(mqtt.key) },
    // A quarter: the board has a desktop, a browser or a recorder to run besides.
    engine: { ...engine, memory: engine.memory ?? Math.floor(machine.memoryBytes / 4) },
    telemetry: { ...telemetry, root: machine.telemetryRoot ?? telemetry.root },
  };
}

/** The host name's first label as a name: `Pi-4.fritz.box` is `pi-4`. */
export function nodeIdOf(hostName: string): string {
  const name = (hostName.split(".")[0] ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+|-+$/g, "")
    .slice(0, 64);
  return name === "" ? "isotherm" : name;
}

/** A system's configuration keeps its state with the system, whoever asks; a person's own goes to the person's home. */
function defaultDataDirectory(machine: Machine, directory: string): string {
  if (machine.stateDirectory !== null) return machine.stateDirectory;
  if (`${directory}${sep}`.startsWith(SYSTEM_CONFIGURATION) || !isAbsolute(machine.home)) return SYSTEM_STATE;
  return join(machine.stateHome ?? join(machine.home, ".local", "state"), "isotherm");
}
