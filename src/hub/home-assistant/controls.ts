// Entities of a pipeline as a whole: what can be set, and how it runs.

import type { HubDescription, HubPipeline } from "../describe.js";
import { type Entity, entity, type Owner } from "./component.js";
import { choice, expression, field, literal, path } from "./template.js";

export function pipelineEntities(description: HubDescription, pipeline: HubPipeline): Entity[] {
  return [...controls(description, pipeline), ...diagnostics(description, pipeline)];
}

function controls({ node, topics }: HubDescription, pipeline: HubPipeline): Entity[] {
  const owner: Owner = { kind: "pipeline", pipeline: pipeline.name };
  const common = { state_topic: topics.pipelineState(pipeline.name), entity_category: "config" };
  const found = [
    entity(node, owner, "enabled", "core", "switch", {
      name: `${pipeline.title} enabled`,
      ...common,
      command_topic: topics.pipelineSet(pipeline.name, "enabled"),
      value_template: choice(path("enabled"), "ON", "OFF"),
    }),
  ];
  // With one variant there is nothing to choose.
  if (pipeline.variants.length > 1) {
    found.push(
      entity(node, owner, "variant", "core", "select", {
        name: `${pipeline.title} variant`,
        ...common,
        command_topic: topics.pipelineSet(pipeline.name, "variant"),
        value_template: expression(`${path("variant")} if ${path("pinned")} else ${literal("auto")}`),
        options: ["auto", ...pipeline.variants],
      }),
    );
  }
  if (pipeline.task === "detection" || pipeline.task === "classification") {
    found.push(
      entity(node, owner, "threshold", "core", "number", {
        name: `${pipeline.title} threshold`,
        ...common,
        command_topic: topics.pipelineSet(pipeline.name, "min_score"),
        value_template: field("min_score"),
        min: 0,
        max: 1,
        step: 0.01,
        mode: "box",
      }),
    );
  }
  return found;
}

function diagnostics({ node, topics }: HubDescription, pipeline: HubPipeline): Entity[] {
  const owner: Owner = { kind: "pipeline", pipeline: pipeline.name };
  const common = { state_topic: topics.pipelineState(pipeline.name), entity_category: "diagnostic" };
  return [
    entity(node, owner, "problem", "core", "binary_sensor", {
      name: `${pipeline.title} problem`,
      ...common,
      value_template: choice(`${path("state")} == ${literal("failed")}`, "ON", "OFF"),
      device_class: "problem",
    }),
    entity(node, owner, "rate", "core", "sensor", {
      name: `${pipeline.title} rate`,
      ...common,
      value_template: field("fps"),
      unit_of_measurement: "fps",
      state_class: "measurement",
      suggested_display_precision: 1,
    }),
    entity(node, owner, "latency", "core", "sensor", {
      name: `${pipeline.title} latency`,
      ...common,
      value_template: field("latency_ms", "p50"),
      device_class: "duration",
      unit_of_measurement: "ms",
      state_class: "measurement",
      suggested_display_precision: 1,
    }),
    entity(node, owner, "running_variant", "core", "sensor", {
      name: `${pipeline.title} running variant`,
      ...common,
      value_template: field("variant"),
    }),
    entity(node, owner, "provider", "core", "sensor", {
      name: `${pipeline.title} provider`,
      ...common,
      value_template: field("provider"),
    }),
  ];
}
