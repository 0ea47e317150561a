// Every payload by name, with its schema and where it stands: `isotherm schema` and docs/reference/payloads.md come from here.

import { z } from "zod";
import { ResultDocument } from "../contract/result.js";
import {
  AlertDocument,
  EventDocument,
  HubStateDocument,
  InfoDocument,
  InputStatusDocument,
  PipelineStateDocument,
  ResponseDocument,
  TelemetryDocument,
} from "../contract/states.js";
import { ReloadRequest, SnapshotRequest } from "./requests.js";

export interface PayloadSchema {
  readonly schema: z.ZodType;
  /** Below `isotherm/<node>`. */
  readonly topic: string;
  readonly about: string;
}

export const PAYLOAD_SCHEMAS: Readonly<Record<string, PayloadSchema>> = {
  result: { schema: ResultDocument, topic: "result/<input>/<pipeline>", about: "every answer; not retained" },
  state: {
    schema: HubStateDocument,
    topic: "state/<input>/<pipeline>",
    about: "the answer as a hub wants it: on change, and at the heartbeat; retained",
  },
  event: {
    schema: EventDocument,
    topic: "event/<input>/<pipeline>",
    about: "something appeared, left or changed; QoS 1, not retained, kept on disk while the broker is away",
  },
  info: { schema: InfoDocument, topic: "info", about: "what this node is; retained" },
  telemetry: { schema: TelemetryDocument, topic: "telemetry", about: "how the board is; retained" },
  input: { schema: InputStatusDocument, topic: "input/<input>/status", about: "how an input is; retained" },
  pipeline: {
    schema: PipelineStateDocument,
    topic: "pipeline/<pipeline>/state",
    about: "what a pipeline runs, how fast, and who decided; retained",
  },
  alert: {
    schema: AlertDocument,
    topic: "alert/<id>",
    about: "a trouble that lasts; retained, and an empty payload when it is over",
  },
  response: {
    schema: ResponseDocument,
    topic: "response/<op>",
    about: "how a command went; at the response topic of MQTT 5 where the command had one",
  },
  "set-variant": {
    schema: z.string().describe("`auto`, or the name of one of the pipeline's variants; plain text"),
    topic: "pipeline/<pipeline>/set/variant",
    about: "pins a variant, or hands it back; send it without the retain flag",
  },
  "set-enabled": {
    schema: z.enum(["ON", "OFF"]).describe("plain text"),
    topic: "pipeline/<pipeline>/set/enabled",
    about: "switches the pipeline; send it without the retain flag",
  },
  "set-min_score": {
    schema: z.union([z.number().min(0).max(1), z.literal("auto")]).describe("plain text"),
    topic: "pipeline/<pipeline>/set/min_score",
    about: "the lowest score to report; `auto` hands it back to the configuration; send it without the retain flag",
  },
  "request-reload": { schema: ReloadRequest, topic: "request/reload", about: "reads the configuration again" },
  "request-snapshot": { schema: SnapshotRequest, topic: "request/snapshot", about: "asks for an input's newest frame" },
};
