// Where everything is published and listened to: one place that joins topic levels. Names come checked from the configuration
// (inputs that `+` made are cut to the same letters), so no level can hold a slash or a wildcard.

/** All topics of one node, below `<base topic>/<node>`. */
export interface Topics {
  readonly base: string;
  readonly node: string;
  readonly status: string;
  readonly info: string;
  readonly telemetry: string;
  inputStatus(input: string): string;
  pipelineState(pipeline: string): string;
  pipelineSet(pipeline: string, property: SetProperty): string;
  result(input: string, pipeline: string): string;
  state(input: string, pipeline: string): string;
  event(input: string, pipeline: string): string;
  image(input: string, pipeline: string): string;
  alert(id: string): string;
  request(op: string): string;
  response(op: string): string;
  /** What to subscribe to for commands. */
  readonly subscriptions: readonly string[];
  /** All that this node keeps retained: for finding what an earlier run left behind. `request` and `set` are not below these. */
  readonly retained: readonly string[];
}

/** What can be set on a pipeline, as it stands in the topic. */
export const SET_PROPERTIES = ["variant", "enabled", "min_score"] as const;
export type SetProperty = (typeof SET_PROPERTIES)[number];

/** @param baseTopic `mqtt.base_topic`; may have levels of its own */
export function topicsOf(baseTopic: string, node: string): Topics {
  const base = `${baseTopic}/${node}`;
  return {
    base,
    node,
    status: `${base}/status`,
    info: `${base}/info`,
    telemetry: `${base}/telemetry`,
    inputStatus: (input) => `${base}/input/${input}/status`,
    pipelineState: (pipeline) => `${base}/pipeline/${pipeline}/state`,
    pipelineSet: (pipeline, property) => `${base}/pipeline/${pipeline}/set/${property}`,
    result: (input, pipeline) => `${base}/result/${input}/${pipeline}`,
    state: (input, pipeline) => `${base}/state/${input}/${pipeline}`,
    event: (input, pipeline) => `${base}/event/${input}/${pipeline}`,
    image: (input, pipeline) => `${base}/image/${input}/${pipeline}`,
    alert: (id) => `${base}/alert/${id}`,
    request: (op) => `${base}/request/${op}`,
    response: (op) => `${base}/response/${op}`,
    subscriptions: [`${base}/pipeline/+/set/+`, `${base}/request/+`],
    retained: [
      `${base}/info`,
      `${base}/telemetry`,
      `${base}/input/+/status`,
      `${base}/pipeline/+/state`,
      `${base}/state/+/+`,
      `${base}/image/+/+`,
      `${base}/alert/+`,
    ],
  };
}
