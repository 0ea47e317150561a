// The alerts that are raised now, and their documents at the broker. The catalogue and the counting are in alerts/.

import type { AlertCode } from "../alerts/catalogue.js";
import { type AlertStep, clear, clearOthers, NONE_RAISED, type Raised, raise } from "../alerts/raised.js";
import type { Trouble } from "../base/trouble.js";
import type { Clock } from "../contract/clock.js";
import type { Topics } from "../topics/address.js";
import { alertMessage } from "../topics/alert.js";
import type { BrokerLink } from "./broker-link.js";

export class AlertBoard {
  readonly #clock: Clock;
  readonly #topics: () => Topics;
  readonly #link: () => BrokerLink;
  #raised: Raised = NONE_RAISED;

  constructor(parts: { readonly clock: Clock; readonly topics: () => Topics; readonly link: () => BrokerLink }) {
    this.#clock = parts.clock;
    this.#topics = parts.topics;
    this.#link = parts.link;
  }

  /** @param subject whom it is about, where there may be several; null else */
  raise(code: AlertCode, subject: string | null, trouble: Trouble): void {
    this.#take(raise(this.#raised, code, subject, trouble, this.#clock.isoNow()));
  }

  clear(code: AlertCode, subject: string | null = null): void {
    this.#take(clear(this.#raised, code, subject));
  }

  /** Raised where there is trouble, cleared where there is none. */
  tell(code: AlertCode, subject: string | null, trouble: Trouble | null): void {
    if (trouble === null) this.clear(code, subject);
    else this.raise(code, subject, trouble);
  }

  /** Clears those of a code that are about things that are gone. */
  clearOthers(code: AlertCode, subjects: readonly string[]): void {
    this.#take(clearOthers(this.#raised, code, subjects));
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.#raised.keys());
  }

  /** At another broker, or under other topics: all documents again. */
  publishAll(): void {
    for (const document of this.#raised.values()) this.#link().retain("state", alertMessage(this.#topics(), document));
  }

  #take(step: AlertStep): void {
    this.#raised = step.raised;
    for (const change of step.changes) {
      if (change.kind === "raised") this.#link().retain("state", alertMessage(this.#topics(), change.document));
      else this.#link().withdraw("state", this.#topics().alert(change.id));
    }
  }
}
