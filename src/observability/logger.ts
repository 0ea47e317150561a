// The log: one event a line, JSON for machines or text for people, on stderr. The only file that knows pino.

import { type Logger as Pino, pino } from "pino";
import type { Trouble } from "../base/trouble.js";
import type { Clock } from "../contract/clock.js";
import type { Log, LogFields } from "../contract/log.js";
import { systemClock } from "../system/clock.js";
import { plain, type Redact, redactor } from "./redact.js";
import { RepeatLimit } from "./repeat-limit.js";
import { stderrSink } from "./stderr-sink.js";
import { textLine } from "./text-line.js";

export interface LogSettings {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  readonly format: "json" | "text";
}

/** Where lines go; each ends with its line break. */
export interface LogSink {
  write(line: string): void;
}

export interface Logger extends Log {
  /** Takes the settings and secrets of a reload; the counts of troubles go on. */
  configure(settings: LogSettings, secrets: readonly string[]): void;
  /** Writes the counts that are open. */
  close(): void;
}

/** Keys of a line that the logger itself writes. */
const HEAD: ReadonlySet<string> = new Set(["level", "time", "event"]);

/**
 * @param secrets values that never appear in a line, not even inside another text
 * @param destination stderr where none is given
 */
export function createLogger(
  settings: LogSettings,
  secrets: readonly string[],
  destination: LogSink = stderrSink(),
  clock: Clock = systemClock,
): Logger {
  const limit = new RepeatLimit();
  let redact: Redact = redactor(secrets);
  let format = settings.format;
  const sink = {
    write: (line: string) => destination.write(format === "json" ? line : `${textLine(line)}\n`),
  };
  const log: Pino = pino(
    {
      level: settings.level,
      // Host and process stand in the journal already.
      base: null,
      timestamp: () => `,"time":"${clock.isoNow()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  const write = (level: "debug" | "info" | "warn" | "error", event: string, fields: LogFields = {}): void => {
    // Asked first: taking fields apart costs more than a line that is not written may.
    if (log.isLevelEnabled(level)) log[level]({ event, ...plainFields(fields, redact) });
  };

  return {
    debug: (event, fields) => write("debug", event, fields),
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
    trouble(trouble: Trouble, fields: LogFields = {}) {
      const times = limit.see(`${trouble.code} ${trouble.where}`, clock.monotonicMs());
      if (times === null) return;
      write("warn", "trouble", { ...trouble, ...(times > 1 ? { times } : {}), ...fields });
    },
    configure(next, nextSecrets) {
      log.level = next.level;
      format = next.format;
      redact = redactor(nextSecrets);
    },
    close() {
      for (const { key, times } of limit.unwritten()) {
        const [code, ...where] = key.split(" ");
        write("warn", "trouble-count", { code, where: where.join(" "), times });
      }
    },
  };
}

/** Fields must not stand in for the head of the line: the same key twice is read differently by every reader. */
function plainFields(fields: LogFields, redact: Redact): object {
  const own = Object.entries(fields).map(([name, value]) => [HEAD.has(name) ? `field_${name}` : name, value]);
  return Object(plain(Object.fromEntries(own), redact));
}
