// Which retained documents at the broker are an earlier run's that nobody owns any more: a pipeline that was removed while
// the daemon was off, an alert that was raised when the power went. Pure.

import type { Topics } from "../topics/address.js";

export interface Owned {
  readonly pipelines: ReadonlyMap<string, OwnedPipeline>;
  /** Keys of the configuration; one with `+` owns every name that begins with it. */
  readonly inputs: readonly OwnedInput[];
  /** Ids of the alerts that are raised now. */
  readonly alerts: ReadonlySet<string>;
}

export interface OwnedPipeline {
  /** Keys of its inputs. */
  readonly inputs: readonly string[];
  /** Whether it publishes pictures of its events. */
  readonly image: boolean;
}

export interface OwnedInput {
  readonly key: string;
  readonly isPattern: boolean;
}

/** @returns false also for every topic that is not one of this node's documents */
export function isLeftOver(topics: Topics, topic: string, owned: Owned): boolean {
  if (!topic.startsWith(`${topics.base}/`)) return false;
  const [family, first = "", second = ""] = topic.slice(topics.base.length + 1).split("/");
  const pipeline = owned.pipelines.get(second);
  switch (family) {
    case "alert":
      return !owned.alerts.has(first);
    case "input":
      return !owned.inputs.some((input) => owns(input, first));
    case "pipeline":
      return !owned.pipelines.has(first);
    case "state":
      // The last state of a pipeline that still looks at the input stays: a hub shows it until it expires.
      return pipeline === undefined || !looksAt(pipeline, first, owned);
    case "image":
      return pipeline === undefined || !pipeline.image || !looksAt(pipeline, first, owned);
    default:
      return false;
  }
}

function looksAt(pipeline: OwnedPipeline, input: string, owned: Owned): boolean {
  return owned.inputs.some((configured) => owns(configured, input) && pipeline.inputs.includes(configured.key));
}

function owns({ key, isPattern }: OwnedInput, name: string): boolean {
  return isPattern ? name.startsWith(`${key}_`) : name === key;
}
