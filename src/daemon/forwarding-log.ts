// A log whose writer can be exchanged: a reload may change level or format, and everybody keeps the log that they were given.

import type { Trouble } from "../base/trouble.js";
import type { Log, LogFields } from "../contract/log.js";

export class ForwardingLog implements Log {
  #to: Log;

  constructor(to: Log) {
    this.#to = to;
  }

  switchTo(to: Log): void {
    this.#to = to;
  }

  debug(event: string, fields?: LogFields): void {
    this.#to.debug(event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.#to.info(event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#to.warn(event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.#to.error(event, fields);
  }

  trouble(trouble: Trouble, fields?: LogFields): void {
    this.#to.trouble(trouble, fields);
  }
}
