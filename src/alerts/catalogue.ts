// Every alert that Isotherm raises, as data: what it is called, how bad it is, what mends it and when it clears. Docs are made from this.

/** info: nothing to do at once; warning: answers are fewer or less good; error: answers are missing. */
export type Severity = "info" | "warning" | "error";

export interface AlertKind {
  readonly title: string;
  readonly severity: Severity;
  /** For where the trouble itself brings none. */
  readonly remedy: string;
  /** A sentence for people: when it goes away by itself. */
  readonly clears: string;
}

/** There is none for a lost broker: it could not be published. That stands in the log and in `isotherm status`. */
export const ALERTS = {
  "engine-lost": {
    title: "The engine went and is started again",
    severity: "error",
    remedy:
      "nothing at once: it is started again by itself; if it comes back often, look at set-aside frames and memory",
    clears: "when the new engine has answered a frame",
  },
  "engine-stopped": {
    title: "The engine does not come up",
    severity: "error",
    remedy: "read the log (journalctl -u isotherm); most often memory is short or a model file is broken",
    clears: "when an engine is ready",
  },
  "pipeline-failed": {
    title: "A pipeline has no model that runs",
    severity: "error",
    remedy: "run `isotherm check`: it names the package, the line and what mends it",
    clears: "when one of its variants is loaded, or the pipeline is removed",
  },
  "model-fails": {
    title: "A model fails on good frames",
    severity: "error",
    remedy:
      "run `isotherm infer` with the package on a picture of the input; the package or its output recipe is wrong",
    clears: "with the next answered frame of the pipeline",
  },
  "provider-fallback": {
    title: "A model runs on another provider than asked for",
    severity: "warning",
    remedy:
      "look at `providers` in the pipeline's state; take the provider out of engine.providers where the board has none",
    clears: "when the engine loads it on the first provider asked for",
  },
  "variant-missing": {
    title: "The variant that was asked for can't be loaded; another stands in",
    severity: "warning",
    remedy: "run `isotherm models verify`, raise engine.memory, or set the variant to auto",
    clears: "when it is loaded, or no longer asked for",
  },
  "input-stale": {
    title: "An input sends no frames",
    severity: "warning",
    remedy: "is the camera on, and the topic right? mosquitto_sub -v -F %t shows what comes in",
    clears: "with the next frame",
  },
  "input-bad": {
    title: "An input sends frames that can't be read",
    severity: "warning",
    remedy: "look at last_error in the input's status",
    clears: "with the next good frame",
  },
  "frame-set-aside": {
    title: "A frame made the engine crash or hang",
    severity: "warning",
    remedy: "it is kept in <data_dir>/set-aside and not tried again; please report it together with the model",
    clears: "at the next start",
  },
  "config-rejected": {
    title: "The changed configuration was refused; the former one goes on",
    severity: "error",
    remedy: "run `isotherm check`, mend what it names, and reload again",
    clears: "with the next reload that succeeds",
  },
  "disk-trouble": {
    title: "The data directory can't be written",
    severity: "warning",
    remedy:
      "make room, or let the service's user write to node.data_dir; events and choices are kept in memory until then",
    clears: "when a write succeeds",
  },
  "outbox-dropped": {
    title: "Events were dropped because too many waited for the broker",
    severity: "warning",
    remedy: "bring the broker back, or switch publish.events off for the pipelines that make most of them",
    clears: "when all that waits is sent",
  },
  "discovery-failed": {
    title: "The hub's discovery document could not be published",
    severity: "warning",
    remedy: "raise the broker's message_size_limit, or list fewer labels and inputs",
    clears: "when it is published",
  },
  "subscribe-failed": {
    title: "The broker refused a subscription",
    severity: "error",
    remedy: "let the user of mqtt.username read the inputs' topics and this node's set/ and request/ topics",
    clears: "when it accepts",
  },
} as const satisfies Readonly<Record<string, AlertKind>>;

export type AlertCode = keyof typeof ALERTS;
