// Entities of the node and of its inputs: all diagnostics.

import type { HubDescription } from "../describe.js";
import { titleOf } from "../describe.js";
import { type Entity, entity, type Owner } from "./component.js";
import { expression, field, path } from "./template.js";

const NODE: Owner = { kind: "node" };

export function nodeEntities({ node, topics }: HubDescription): Entity[] {
  const common = { state_topic: topics.telemetry, entity_category: "diagnostic", state_class: "measurement" };
  return [
    entity(node, NODE, "temperature", "core", "sensor", {
      name: "Board temperature",
      ...common,
      value_template: field("hottest_c"),
      device_class: "temperature",
      unit_of_measurement: "°C",
      suggested_display_precision: 1,
    }),
    entity(node, NODE, "rate", "core", "sensor", {
      name: "Answer rate",
      ...common,
      value_template: field("isotherm", "fps"),
      unit_of_measurement: "fps",
      suggested_display_precision: 1,
    }),
    entity(node, NODE, "processor", "core", "sensor", {
      name: "Processor use",
      ...common,
      value_template: expression(`(${path("isotherm", "cpu_ratio")} * 100) | round(1)`),
      unit_of_measurement: "%",
      icon: "mdi:chip",
    }),
    entity(node, NODE, "engine_memory", "core", "sensor", {
      name: "Engine memory",
      ...common,
      value_template: mebibytes("isotherm", "engine_rss_bytes"),
      device_class: "data_size",
      unit_of_measurement: "MiB",
      suggested_display_precision: 0,
    }),
  ];
}

export function inputEntities({ node, topics }: HubDescription, input: string): Entity[] {
  const owner: Owner = { kind: "input", input };
  const title = `Input ${titleOf(input).toLowerCase()}`;
  const common = { state_topic: topics.inputStatus(input), entity_category: "diagnostic" };
  return [
    entity(node, owner, "state", "extra", "sensor", {
      name: `${title} state`,
      ...common,
      value_template: field("state"),
      device_class: "enum",
      options: ["waiting", "live", "stale", "error"],
    }),
    entity(node, owner, "bad", "extra", "sensor", {
      name: `${title} bad frames`,
      ...common,
      value_template: field("bad"),
      state_class: "total_increasing",
      enabled_by_default: false,
    }),
  ];
}

function mebibytes(...keys: readonly string[]): string {
  const bytes = path(...keys);
  return expression(`(${bytes} / 1048576) | round(1) if ${bytes} is not none else none`);
}
