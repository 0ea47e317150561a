// Which retained documents at the broker are an earlier run's that nobody owns any more: a pipeline that was removed while
// the daemon was off, an alert that was raised when the power went. Pure.

import type { Topics } from "../topics/address.js";

export interface Owned {
  readonly pipelines: ReadonlySet<string>;
  /** Keys of the configuration; one with `+` owns every name that begins with it. */
  readonly inputs: readonly { readonly key: string; readonly isPattern: boolean }[];
  /** Ids of the alerts that are raised now. */
  readonly alerts: ReadonlySet<string>;
}

/** @returns false also for every topic that is not one of this node's documents */
export function isLeftOver(topics: Topics, topic: string, owned: Owned): boolean {
  if (!topic.startsWith(`${topics.base}/`)) return false;
  const [family, first = "", second = ""] = topic.slice(topics.base.length + 1).split("/");
  switch (family) {
    case "alert":
      return !owned.alerts.has(first);
    case "input":
      return !ownsInput(owned, first);
    case "pipeline":
      return !owned.pipelines.has(first);
    case "state":
    case "image":
      // The last state of a pipeline that is still there stays: a hub shows it until it expires.
      return !ownsInput(owned, first) || !owned.pipelines.has(second);
    default:
      return false;
  }
}

function ownsInput(owned: Owned, name: string): boolean {
  return owned.inputs.some(({ key, isPattern }) => (isPattern ? name.startsWith(`${key}_`) : name === key));
}
