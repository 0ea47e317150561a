// Documents of retained and occasional topics other than results: one schema each.

import { z } from "zod";
import { Provider } from "./manifest.js";

const iso = z.string().describe("ISO 8601");

/** The form of everything that is wrong, on the wire; the same four fields as base/trouble.ts. */
export const TroubleDocument = z.object({ code: z.string(), where: z.string(), what: z.string(), remedy: z.string() });

/** `info`: what this node is. */
export const InfoDocument = z.object({
  schema: z.literal("isotherm.info/1"),
  node: z.string(),
  name: z.string(),
  version: z.string(),
  started_at: iso,
  board: z.string().nullable(),
  os: z.string(),
  arch: z.string(),
  node_js: z.string(),
  runtime: z
    .object({
      name: z.string(),
      version: z.string(),
      providers_built_in: z.array(z.string()),
      kernels: z
        .string()
        .describe("neon, avx2, sse41 or reference; twin: the native addon is missing, frames cost more"),
      jpeg: z.string().describe("what decodes JPEGs: libjpeg-turbo, or sharp"),
    })
    .nullable(),
  models: z.array(z.object({ name: z.string(), version: z.string(), variants: z.array(z.string()) })),
  config_sha256: z.string().describe("digest of the configuration as written, secrets not resolved"),
  mqtt: z.object({ protocol: z.enum(["5", "3.1.1"]), tls: z.boolean() }).nullable(),
});
export type InfoDocument = z.infer<typeof InfoDocument>;

/** `telemetry`: this board. */
export const TelemetryDocument = z.object({
  schema: z.literal("isotherm.telemetry/1"),
  at: iso,
  hottest_c: z.number().nullable(),
  temperatures_c: z.record(z.string(), z.number().nullable()),
  load_1min: z.number().nullable(),
  memory: z.object({ total_bytes: z.int(), available_bytes: z.int() }).nullable(),
  isotherm: z.object({
    main_rss_bytes: z.int(),
    engine_rss_bytes: z.int().nullable(),
    cpu_ratio: z.number().describe("of one core, since the telemetry before, both processes"),
    fps: z.number(),
    messages_dropped: z.int().describe("results and answers to commands that could not go out to the broker"),
    events_waiting: z.int().describe("events on disk that the broker has not acknowledged"),
    events_dropped: z.int().describe("events let go because too many waited"),
  }),
});
export type TelemetryDocument = z.infer<typeof TelemetryDocument>;

/** `input/<input>/status`. */
export const InputStatusDocument = z.object({
  schema: z.literal("isotherm.input/1"),
  input: z.string(),
  state: z.enum(["waiting", "live", "stale", "error"]).describe("waiting: no frame yet; error: the last frame was bad"),
  fps: z.number().describe("frames received a second, over the last 10 s"),
  received: z.int(),
  dropped: z.int().describe("replaced by a newer frame, or over max_fps"),
  bad: z.int(),
  bad_by_reason: z.record(z.string(), z.int()),
  last_frame_at: iso.nullable(),
  last_error: TroubleDocument.nullable(),
});
export type InputStatusDocument = z.infer<typeof InputStatusDocument>;

/** `pipeline/<pipeline>/state`. */
export const PipelineStateDocument = z.object({
  schema: z.literal("isotherm.pipeline/1"),
  pipeline: z.string(),
  state: z.enum(["starting", "running", "paused", "failed"]),
  enabled: z.boolean(),
  model: z.string().describe("package@version"),
  variant: z.string().nullable(),
  pinned: z.boolean().describe("the operator chose the variant"),
  variants: z.array(
    z.object({
      name: z.string(),
      resident: z.boolean(),
      accuracy: z.number().nullable(),
      latency_ms: z.number().nullable(),
    }),
  ),
  provider: Provider.nullable(),
  providers: z
    .object({ requested: z.array(Provider), nodes: z.record(z.string(), z.int()), fallback: z.string().nullable() })
    .nullable(),
  degraded: z.enum(["throttled", "provider-fallback", "governor"]).nullable(),
  min_score: z
    .number()
    .nullable()
    .describe("the one that holds: the operator's, the configuration's, or the package's; null: answers have no score"),
  fps: z.number().describe("answers a second, over the last 10 s"),
  latency_ms: z
    .object({ p50: z.number().nullable(), p95: z.number().nullable() })
    .describe("total, over the last 128 answers"),
  answered: z.int(),
  dropped: z.int(),
  decided_by: z.enum(["configuration", "operator", "governor", "engine"]),
  reason: z.string(),
  trouble: TroubleDocument.nullable(),
});
export type PipelineStateDocument = z.infer<typeof PipelineStateDocument>;

/** `state/<input>/<pipeline>`: the result as a hub wants it. Which keys are set depends on the task. */
export const HubStateDocument = z.object({
  schema: z.literal("isotherm.state/1"),
  at: iso,
  count: z.int().optional().describe("detections in all"),
  counts: z.record(z.string(), z.int()).optional().describe("per label; a label that was seen before stays with 0"),
  present: z
    .record(z.string(), z.enum(["ON", "OFF"]))
    .optional()
    .describe("per label, with hysteresis"),
  class: z.string().nullable().optional(),
  score: z.number().nullable().optional(),
  values: z.record(z.string(), z.number()).optional(),
});
export type HubStateDocument = z.infer<typeof HubStateDocument>;

/** `event/<input>/<pipeline>`: something began or ended. `id` is unique for ever: a consumer that sees it twice drops the second. */
export const EventDocument = z.object({
  schema: z.literal("isotherm.event/1"),
  id: z.string(),
  event_type: z.enum(["appeared", "left", "changed"]),
  at: iso,
  node: z.string(),
  input: z.string(),
  pipeline: z.string(),
  label: z.string(),
  before: z.string().nullable().describe("the former class, for `changed`"),
  score: z.number().nullable(),
  count: z.int().nullable(),
  zone: z.string().nullable(),
});
export type EventDocument = z.infer<typeof EventDocument>;

/** `alert/<id>`: a trouble that lasts; an empty retained payload clears it. */
export const AlertDocument = z.object({
  schema: z.literal("isotherm.alert/1"),
  id: z.string(),
  code: z.string(),
  severity: z.enum(["info", "warning", "error"]),
  since: iso,
  where: z.string(),
  what: z.string(),
  remedy: z.string(),
  times: z.int().positive().describe("how often it happened since it was raised"),
});
export type AlertDocument = z.infer<typeof AlertDocument>;

/** `response/<op>` and the answers to refused `set/` commands. */
export const ResponseDocument = z.object({
  schema: z.literal("isotherm.response/1"),
  op: z.string(),
  id: z.string().nullable().describe("`id` of the request, where it had one"),
  ok: z.boolean(),
  error: TroubleDocument.nullable(),
  result: z.unknown().optional(),
});
export type ResponseDocument = z.infer<typeof ResponseDocument>;
