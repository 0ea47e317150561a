// Home Assistant's device-based MQTT discovery (2024.11 and newer): one retained document for the whole node, at
// <prefix>/device/isotherm_<node>/config. Its root takes no key that the schema has not (homeassistant/components/mqtt/schemas.py): one wrong
// key there, or one wrong platform, and the hub drops the whole document.
//
// A component that is no longer listed stays in the hub; it goes when it is listed with its platform alone. So what was announced before goes in:
//   const former = readDocument(payload)              of the retained document found at connect, or of the one published last
//   describeHub(…, [...namesNow, ...former.inputs])   inputs that `+` made before stay announced until their pattern is gone
//   homeAssistantMessages(description, former)        publish these

import type { OutgoingMessage } from "../../contract/message.js";
import type { HubDescription } from "../describe.js";
import type { Component, Entity, Rank } from "./component.js";
import { pipelineEntities } from "./controls.js";
import { type FormerDocument, NO_FORMER } from "./former.js";
import { inputEntities, nodeEntities } from "./node.js";
import { readingEntities } from "./readings.js";

/** Entities in one document, at about half a kilobyte each: far below any broker's limit on messages, far above what a person looks at. */
export const MAX_ENTITIES = 400;

/** Where the document stands. */
export function discoveryTopic(prefix: string, node: string): string {
  return `${prefix}/device/isotherm_${node}/config`;
}

/** Where the hub says `online` when it starts: then everything is published again. */
export function hubStatusTopic(prefix: string): string {
  return `${prefix}/status`;
}

export interface HubDocument {
  readonly message: OutgoingMessage;
  readonly entities: number;
  /** Entities that did not fit into the bound. */
  readonly leftOut: number;
}

export function homeAssistantMessages(
  description: HubDescription,
  former: FormerDocument = NO_FORMER,
): readonly OutgoingMessage[] {
  return [homeAssistantDocument(description, former).message];
}

export function homeAssistantDocument(description: HubDescription, former: FormerDocument = NO_FORMER): HubDocument {
  const all = entitiesOf(description);
  const kept = bounded(all);
  const components: Record<string, Component | { readonly platform: string }> = Object.fromEntries(
    kept.map(({ id, component }) => [id, component]),
  );
  const unknown = new Set(description.pipelines.filter(({ task }) => task === null).map(({ name }) => name));
  for (const [id, component] of Object.entries(former.components)) {
    if (Object.hasOwn(components, id)) continue;
    // While a package can't be read, nobody knows what its pipeline answers: its entities, and what people made of them, stay.
    const isUnknown = unknown.has(id.split(".")[1] ?? "") && /^(?:reading|pipeline)\./.test(id);
    components[id] = isUnknown ? component : { platform: component.platform };
  }
  const document = {
    device: deviceOf(description),
    origin: { name: "isotherm", sw_version: description.version },
    availability: [{ topic: description.topics.status }],
    availability_mode: "all",
    components,
  };
  return {
    message: retained(description, JSON.stringify(document)),
    entities: kept.length,
    leftOut: all.length - kept.length,
  };
}

/** An empty document takes the device and all its entities away. */
export function clearMessages(prefix: string, node: string): readonly OutgoingMessage[] {
  return [{ topic: discoveryTopic(prefix, node), payload: "", qos: 1, retain: true }];
}

function retained({ prefix, node }: HubDescription, payload: string): OutgoingMessage {
  return { topic: discoveryTopic(prefix, node), payload, qos: 1, retain: true };
}

/** The name stands before the name of each entity: "Workshop board Boiler pressure". */
function deviceOf({ node, nodeName, board, version }: HubDescription): object {
  return {
    identifiers: [`isotherm_${node}`],
    name: nodeName,
    manufacturer: "Isotherm",
    model: board ?? "Isotherm node",
    sw_version: version,
  };
}

function entitiesOf(description: HubDescription): Entity[] {
  return [
    ...description.pipelines.flatMap((pipeline) => [
      ...pipeline.inputs.flatMap((input) => readingEntities(description, pipeline, input)),
      ...pipelineEntities(description, pipeline),
    ]),
    ...description.inputs.flatMap((input) => inputEntities(description, input)),
    ...nodeEntities(description),
  ];
}

const RANKS: readonly Rank[] = ["core", "reading", "label", "extra"];

/** In their order; what is missed least goes first. */
function bounded(all: readonly Entity[]): readonly Entity[] {
  if (all.length <= MAX_ENTITIES) return all;
  const kept = new Set(
    RANKS.flatMap((rank) => all.filter((candidate) => candidate.rank === rank)).slice(0, MAX_ENTITIES),
  );
  return all.filter((candidate) => kept.has(candidate));
}
