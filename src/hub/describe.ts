// What hubs are told about a node, before it takes the form of one hub: plain data from the configuration, the packages and the inputs
// that are known. The daemon and `isotherm ha preview` both come through here.

import type { Task } from "../contract/manifest.js";
import type { ValueScale } from "../contract/variant.js";
import { type Topics, topicsOf } from "../topics/address.js";

export interface HubDescription {
  readonly node: string;
  readonly nodeName: string;
  readonly version: string;
  readonly board: string | null;
  /** Discovery prefix of the hub. */
  readonly prefix: string;
  readonly topics: Topics;
  readonly pipelines: readonly HubPipeline[];
  /** Names known now, those that `+` made too. */
  readonly inputs: readonly string[];
}

export interface HubPipeline {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Null: its package can't be read, so nobody knows now what it answers. */
  readonly task: Task | null;
  /** Labels that get entities of their own; empty where there would be too many. */
  readonly labels: readonly string[];
  /** All classes of a classification, where a hub may be told all; else empty. */
  readonly classes: readonly string[];
  readonly value: ValueScale | null;
  readonly variants: readonly string[];
  readonly inputs: readonly string[];
  /** It may have more inputs than one, so that their names belong into the names of entities. */
  readonly hasManyInputs: boolean;
  readonly events: boolean;
  readonly image: boolean;
  readonly expireAfterS: number;
}

/** The node, as `describeHub` takes it. */
export interface HubNode {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly board: string | null;
  readonly prefix: string;
  readonly baseTopic: string;
}

/** What is needed of a configured input. */
export interface HubInputSettings {
  readonly mqtt: { readonly topic: string };
  readonly stale_after: number;
}

/** What is needed of a planned pipeline; daemon/plan-pipelines.ts makes more. */
export interface HubPipelinePlan {
  readonly name: string;
  readonly title: string;
  readonly manifest: { readonly task: Task } | null;
  /** Of the package. */
  readonly labels: readonly string[];
  readonly value: ValueScale | null;
  readonly candidates: { readonly variants: readonly { readonly variant: string }[] };
  readonly settings: {
    readonly inputs: readonly string[];
    readonly labels?: readonly string[] | undefined;
    readonly publish: { readonly events: boolean; readonly image: boolean; readonly heartbeat: number };
  };
}

/** A package with more labels gives none of them an entity unless the configuration lists the ones that matter: nobody wants 80. */
export const MAX_LABELS_UNASKED = 12;
/** Listed ones too have an end; more than this is a mistake, not a wish. */
export const MAX_LABELS_LISTED = 64;
/** A hub may know all classes up to this many. */
const MAX_CLASSES = 64;

/** @param inputNames names known now: configured ones without `+`, and those that `+` made, now or before (see `readDocument`) */
export function describeHub(
  node: HubNode,
  inputs: Readonly<Record<string, HubInputSettings>>,
  plans: readonly HubPipelinePlan[],
  inputNames: readonly string[],
): HubDescription {
  const keys = Object.keys(inputs);
  const plain = keys.filter((key) => !isPattern(inputs[key]));
  const known = [...new Set([...plain, ...inputNames])].filter((name) => keyOfInput(name, inputs) !== null);
  return {
    node: node.id,
    nodeName: node.name,
    version: node.version,
    board: node.board,
    prefix: node.prefix,
    topics: topicsOf(node.baseTopic, node.id),
    pipelines: plans.map((plan) => describePipeline(plan, inputs, known)),
    inputs: known,
  };
}

/**
 * Labels that get entities, and stand in the state from the start (`TrackSettings.labels`).
 * @param listed the configuration's `labels`
 * @param all the package's
 */
export function announcedLabels(listed: readonly string[] | undefined, all: readonly string[]): readonly string[] {
  if (listed !== undefined) return listed.slice(0, MAX_LABELS_LISTED);
  return all.length <= MAX_LABELS_UNASKED ? all : [];
}

function describePipeline(
  plan: HubPipelinePlan,
  inputs: Readonly<Record<string, HubInputSettings>>,
  known: readonly string[],
): HubPipeline {
  const { settings, manifest } = plan;
  const task = manifest?.task ?? null;
  const own = new Set(settings.inputs);
  const names = known.filter((name) => own.has(keyOfInput(name, inputs) ?? ""));
  const classes = settings.labels ?? plan.labels;
  return {
    name: plan.name,
    title: titleOf(plan.title),
    task,
    labels: task === "detection" ? announcedLabels(settings.labels, plan.labels) : [],
    classes: task === "classification" && classes.length <= MAX_CLASSES ? classes : [],
    value: plan.value,
    variants: plan.candidates.variants.map(({ variant }) => variant),
    inputs: names,
    hasManyInputs: settings.inputs.length > 1 || settings.inputs.some((key) => isPattern(inputs[key])),
    events: settings.publish.events && (task === "detection" || task === "classification"),
    // The picture of an event, and values have none: it would stay "unknown" for ever.
    image: settings.publish.image && task !== "regression",
    expireAfterS: expireAfterS(settings, inputs),
  };
}

/**
 * A reading that was not renewed for so long is unknown. Three heartbeats, since one may be late; and never sooner than the input
 * itself counts as stale, since the state is only sent while frames come.
 */
function expireAfterS(
  settings: HubPipelinePlan["settings"],
  inputs: Readonly<Record<string, HubInputSettings>>,
): number {
  const staleMs = Math.max(0, ...settings.inputs.map((key) => inputs[key]?.stale_after ?? 0));
  const { heartbeat } = settings.publish;
  return Math.ceil(Math.max(3 * heartbeat, staleMs + heartbeat) / 1000);
}

function isPattern(input: HubInputSettings | undefined): boolean {
  return input?.mqtt.topic.split("/").includes("+") ?? false;
}

/** The configured input that a name belongs to: itself, or the pattern that made it (`<key>_<what + matched>`). */
function keyOfInput(name: string, inputs: Readonly<Record<string, HubInputSettings>>): string | null {
  if (Object.hasOwn(inputs, name) && !isPattern(inputs[name])) return name;
  let longest: string | null = null;
  for (const key of Object.keys(inputs)) {
    if (!isPattern(inputs[key]) || !name.startsWith(`${key}_`)) continue;
    if (longest === null || key.length > longest.length) longest = key;
  }
  return longest;
}

/** `step_count` and `step-count` to `Step count`; what a person wrote with a capital or a space stays as it is. */
export function titleOf(text: string): string {
  const spaced = /^[a-z0-9_-]+$/.test(text) ? text.replace(/[_-]+/g, " ").trim() : text;
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
