// What every edge may say to the log, without the logger: the daemon hands one in, tests hand in a list.

import type { Trouble } from "../base/trouble.js";

/** Plain values only: no payload, no secret, no stack of an expected failure. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One event a line: `event` is a stable kebab-case name, the rest are fields. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same trouble (code and where) is written once, then counted and written again with its count at growing intervals. */
  trouble(trouble: Trouble, fields?: LogFields): void;
}

/** For code that runs without a daemon around it. */
export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, trouble() {} };
