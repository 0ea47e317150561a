// One entity as a component of a device discovery document, and the ids that must never change while the entity is the same.

/** The platforms that we use, of those that Home Assistant's MQTT integration has. */
export const PLATFORMS = ["sensor", "binary_sensor", "event", "image", "switch", "select", "number"] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Keys and their meaning: home-assistant.io/integrations/<platform>.mqtt. Full names, no abbreviations: `ha preview` is read by people. */
export interface Component {
  readonly platform: Platform;
  readonly unique_id: string;
  readonly default_entity_id: string;
  readonly name: string;
  readonly [option: string]: unknown;
}

/** What to leave out first when there are too many. */
export type Rank = "core" | "reading" | "label" | "extra";

/** An entity on its way into the document. */
export interface Entity {
  /** Key in `components`: kind, names, role, joined by dots (names hold none). */
  readonly id: string;
  readonly rank: Rank;
  readonly component: Component;
}

/** Which thing an entity belongs to; `reading` is of one input and one pipeline. */
export type Owner =
  | { readonly kind: "node" }
  | { readonly kind: "input"; readonly input: string }
  | { readonly kind: "pipeline"; readonly pipeline: string }
  | { readonly kind: "reading"; readonly pipeline: string; readonly input: string; readonly hasManyInputs: boolean };

/**
 * Ids come from the names in the configuration and the role, never from titles: a title may change without a new entity.
 * @param role what it is of its owner; the main reading's is empty
 */
export function entity(
  node: string,
  owner: Owner,
  role: string,
  rank: Rank,
  platform: Platform,
  options: { readonly name: string } & Readonly<Record<string, unknown>>,
): Entity {
  const id = [...levelsOf(owner), role === "" ? "main" : role].join(".");
  const entityId = slug([node, ...entityLevels(owner), role].filter((level) => level !== "").join("_"));
  const component: Component = {
    platform,
    unique_id: `isotherm.${node}.${id}`,
    default_entity_id: `${platform}.${entityId}`,
    ...options,
  };
  return { id, rank, component };
}

function levelsOf(owner: Owner): string[] {
  switch (owner.kind) {
    case "node":
      return ["node"];
    case "input":
      return ["input", owner.input];
    case "pipeline":
      return ["pipeline", owner.pipeline];
    case "reading":
      return ["reading", owner.pipeline, owner.input];
  }
}

/** Shorter than the id: `sensor.workshop_pressure` is what people type. */
function entityLevels(owner: Owner): string[] {
  switch (owner.kind) {
    case "node":
      // A gauge may well be a pipeline called `temperature`.
      return ["board"];
    case "input":
      return [owner.input, "input"];
    case "pipeline":
      return [owner.pipeline];
    case "reading":
      return owner.hasManyInputs ? [owner.pipeline, owner.input] : [owner.pipeline];
  }
}

/** What an entity id may hold. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
}

/** Of a label, for ids: readable where it can be, and different for different labels always. */
export function labelRole(label: string): string {
  const plain = slug(label);
  // Only case and single spaces were lost: nobody names two labels so.
  if (plain !== "" && /^[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*$/.test(label)) return plain;
  return [plain, checksum(label)].filter((part) => part !== "").join("_");
}

/** 32-bit FNV-1a of the UTF-16 units, in hex: the same on every machine and in every version. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
