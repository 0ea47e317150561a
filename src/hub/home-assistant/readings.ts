// Entities of what a pipeline sees at one input: value, count, class, labels, events, the picture.

import type { HubDescription, HubPipeline } from "../describe.js";
import { titleOf } from "../describe.js";
import { type Entity, entity, labelRole, type Owner, type Platform, type Rank } from "./component.js";
import { choice, expression, field, isOneOf, path } from "./template.js";
import { hubUnit } from "./units.js";

type Add = (
  role: string,
  rank: Rank,
  platform: Platform,
  options: { name: string } & Record<string, unknown>,
) => Entity;

export function readingEntities(description: HubDescription, pipeline: HubPipeline, input: string): Entity[] {
  const { topics } = description;
  const { hasManyInputs } = pipeline;
  const owner: Owner = { kind: "reading", pipeline: pipeline.name, input, hasManyInputs };
  const availability = { availability: readingAvailability(description, pipeline.name, input) };
  const add: Add = (role, rank, platform, options) =>
    entity(description.node, owner, role, rank, platform, { ...options, ...availability });
  const place = hasManyInputs ? titleOf(input).toLowerCase() : "";
  const of: NameOf = (what, heading = pipeline.title) => [heading, place, what].filter(Boolean).join(" ");
  const state = { state_topic: topics.state(input, pipeline.name), expire_after: pipeline.expireAfterS };

  const found = [...mainReadings(pipeline, of, state, add)];
  if (pipeline.events) {
    found.push(
      add("event", "extra", "event", {
        name: of("event"),
        state_topic: topics.event(input, pipeline.name),
        event_types: pipeline.task === "classification" ? ["appeared", "changed", "left"] : ["appeared", "left"],
      }),
    );
  }
  if (pipeline.image) {
    found.push(
      add("image", "extra", "image", {
        name: of("last event"),
        image_topic: topics.image(input, pipeline.name),
        content_type: "image/jpeg",
      }),
    );
  }
  return found;
}

type State = { readonly state_topic: string; readonly expire_after: number };
/** The pipeline's title, the input where there are several, and what it is. */
type NameOf = (what: string, heading?: string) => string;

function mainReadings(pipeline: HubPipeline, of: NameOf, state: State, add: Add): Entity[] {
  switch (pipeline.task) {
    case "regression":
      return pipeline.value === null ? [] : [valueReading(pipeline.value, of, state, add)];
    case "classification":
      return classReadings(pipeline, of, state, add);
    case "detection":
      return countReadings(pipeline, of, state, add);
    case null:
      return [];
  }
}

type Scale = NonNullable<HubPipeline["value"]>;

/** The value's own name stands for the pipeline's: "Workshop board Boiler pressure". */
function valueReading(scale: Scale, of: NameOf, state: State, add: Add): Entity {
  const unit = scale.unit === null ? null : hubUnit(scale.unit);
  const precision = displayPrecision(scale);
  return add("", "reading", "sensor", {
    name: of("", titleOf(scale.name)),
    ...state,
    value_template: field("values", scale.name),
    state_class: "measurement",
    ...(unit === null ? {} : { unit_of_measurement: unit.unit }),
    ...(unit?.deviceClass == null ? {} : { device_class: unit.deviceClass }),
    ...(precision === null ? {} : { suggested_display_precision: precision }),
  });
}

/** Decimals that show a hundredth of the scale: what a good gauge reader can tell apart. */
function displayPrecision(scale: Scale): number | null {
  if (scale.min === null || scale.max === null || scale.min === scale.max) return null;
  return Math.min(6, Math.max(0, -Math.floor(Math.log10(Math.abs(scale.max - scale.min) / 100))));
}

function classReadings(pipeline: HubPipeline, of: NameOf, state: State, add: Add): Entity[] {
  return [
    add("", "reading", "sensor", {
      name: of(""),
      ...state,
      value_template: field("class"),
      ...(pipeline.classes.length === 0 ? {} : { device_class: "enum", options: pipeline.classes }),
    }),
    add("score", "extra", "sensor", {
      name: of("score"),
      ...state,
      value_template: expression(`(${path("score")} * 100) | round(1) if ${path("score")} is not none else none`),
      unit_of_measurement: "%",
      state_class: "measurement",
      entity_category: "diagnostic",
      enabled_by_default: false,
    }),
  ];
}

function countReadings(pipeline: HubPipeline, of: NameOf, state: State, add: Add): Entity[] {
  const count = add("", "reading", "sensor", {
    name: of("count"),
    ...state,
    value_template: field("count"),
    state_class: "measurement",
    icon: "mdi:counter",
    // Where labels have no entity of their own, automations still find each count here.
    json_attributes_topic: state.state_topic,
    json_attributes_template: expression(`{"counts": ${path("counts")}} | tojson`),
  });
  const labels = pipeline.labels.flatMap((label) => {
    const role = labelRole(label);
    const present = add(role, "label", "binary_sensor", {
      name: of(label),
      ...state,
      value_template: expression(`${path("present", label)} | default("OFF")`),
      // "Detected" and "clear" is what the hub then says; for a dog or a parcel there is no such class.
      ...(label.toLowerCase() === "person" ? { device_class: "occupancy" } : {}),
    });
    // With one label, its count is the count.
    if (pipeline.labels.length === 1) return [present];
    const own = add(`${role}_count`, "label", "sensor", {
      name: of(`${label} count`),
      ...state,
      value_template: expression(`${path("counts", label)} | default(0)`),
      state_class: "measurement",
      icon: "mdi:counter",
    });
    return [present, own];
  });
  return [count, ...labels];
}

/** A reading counts only while the node is there, frames come in, and the pipeline answers. */
function readingAvailability({ topics }: HubDescription, pipeline: string, input: string): object[] {
  return [
    { topic: topics.status },
    {
      topic: topics.inputStatus(input),
      // One bad frame is no reason to hide the last good answer.
      value_template: choice(isOneOf(path("state"), ["live", "error"]), "online", "offline"),
    },
    {
      topic: topics.pipelineState(pipeline),
      // `starting` passes within seconds, after an engine's restart too.
      value_template: choice(isOneOf(path("state"), ["paused", "failed"]), "offline", "online"),
    },
  ];
}
