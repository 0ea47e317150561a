// Results in; the hub's state and events out. One step per result; what must be remembered of an input and pipeline goes in and comes
// out. Chance (ids) and time are arguments.

import type { Answer, Detection, ResultDocument } from "../contract/result.js";
import type { EventDocument, HubStateDocument } from "../contract/states.js";
import type { ValueScale } from "../contract/variant.js";
import type { Zones } from "../contract/zone.js";
import { hasMoved, rangeOf, roundedValue } from "./measure.js";
import { ABSENT, type Presence, stepPresence, sureScore } from "./presence.js";
import { NO_WINNER, stepWinner, type Winner } from "./winner.js";
import { zonesOf } from "./zones.js";

export interface TrackSettings {
  readonly zones: Zones | null;
  /** Labels that stand in the state from the start, with 0; others join when they are first seen. Null: none. */
  readonly labels: readonly string[] | null;
  /** The pipeline's threshold; null where only the package knows. */
  readonly minScore: number | null;
  /** For the rounding of a measured value. */
  readonly value: ValueScale | null;
}

/** Of one input and pipeline. */
export interface TrackMemory {
  /** By label, and by label and zone. */
  readonly presences: ReadonlyMap<string, Presence>;
  readonly winner: Winner;
  /** What the hub was last told, as far as changes are judged by it. */
  readonly published: HubStateDocument | null;
}

export interface Tracked {
  readonly memory: TrackMemory;
  /** With the zones filled in. */
  readonly answer: Answer;
  readonly state: HubStateDocument;
  /** Whether it differs enough from what was last told to be told now; if so, it counts as told. */
  readonly changed: boolean;
  readonly events: readonly EventDocument[];
}

export function emptyTrackMemory(): TrackMemory {
  return { presences: new Map(), winner: NO_WINNER, published: null };
}

/** Labels times zones that are remembered; those absent longest are forgotten first. COCO's 80 labels in 2 zones fit. */
export const MAX_PRESENCES = 256;
/** Packages' own default; used where the configuration sets none. */
const USUAL_MIN_SCORE = 0.3;
/** A class's score is told again when it moved so far; it trembles with every frame. */
const SCORE_CHANGE = 0.1;

/**
 * @param atMs monotonic
 * @param newId gives an id that is unique for ever
 */
export function track(
  memory: TrackMemory,
  result: ResultDocument,
  settings: TrackSettings,
  atMs: number,
  newId: () => string,
): Tracked {
  const seen = { memory, result, settings, atMs, event: eventMaker(result, newId) };
  if ("detections" in result) return trackDetections(seen, result.detections);
  if ("classes" in result) return trackClass(seen, result.classes);
  if ("values" in result) return trackValues(seen, result.values);
  return finished(seen, { tensors: result.tensors }, {}, { events: [], isNews: false });
}

interface Seen {
  readonly memory: TrackMemory;
  readonly result: ResultDocument;
  readonly settings: TrackSettings;
  readonly atMs: number;
  readonly event: (what: EventFields) => EventDocument;
}

type EventFields = Pick<EventDocument, "event_type" | "label"> &
  Partial<Pick<EventDocument, "before" | "score" | "count" | "zone">>;
type StateFields = Omit<HubStateDocument, "schema" | "at">;

function trackDetections(seen: Seen, found: readonly Detection[]): Tracked {
  const { settings, atMs } = seen;
  const zones = settings.zones;
  const detections =
    zones === null ? [...found] : found.map((detection) => ({ ...detection, zones: zonesOf(detection.box, zones) }));
  const tallies = tallied(detections);
  const sure = sureScore(settings.minScore ?? USUAL_MIN_SCORE);

  const configured = new Set((settings.labels ?? []).map((label) => keyOf(label, null)));
  const keys = new Set([...configured, ...seen.memory.presences.keys(), ...tallies.keys()]);
  const presences = new Map<string, Presence>();
  const events: EventDocument[] = [];
  for (const key of keys) {
    const before = seen.memory.presences.get(key) ?? ABSENT;
    const tally = tallies.get(key);
    const after = stepPresence(before, tally?.count ?? 0, (tally?.score ?? 0) >= sure, atMs);
    // What flickered once and was never believed leaves no trace.
    if (after.wasPresent || after.lastCount > 0 || configured.has(key)) presences.set(key, after);
    if (after.isPresent === before.isPresent) continue;
    const { label, zone } = partsOf(key);
    const event_type = after.isPresent ? "appeared" : "left";
    events.push(seen.event({ event_type, label, zone, score: tally?.score ?? null, count: after.count }));
  }
  forgetAbsent(presences, configured);

  const shown = shownCounts(presences, configured);
  const isNews = !sameCounts(shown.counts ?? {}, seen.memory.published?.counts);
  const inAll = [...tallies].filter(([key]) => partsOf(key).zone === null);
  const counts = Object.fromEntries(inAll.map(([key, tally]) => [partsOf(key).label, tally.count]));
  return finished(seen, { detections, counts }, shown, { events, isNews, presences });
}

interface Tally {
  readonly count: number;
  /** The best of them. */
  readonly score: number;
}

/** How many of each label there are, in all and in each zone. */
function tallied(detections: readonly Detection[]): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const { label, score, zones } of detections) {
    for (const zone of [null, ...(zones ?? [])]) {
      const before = tallies.get(keyOf(label, zone));
      const tally = { count: (before?.count ?? 0) + 1, score: Math.max(before?.score ?? 0, score) };
      tallies.set(keyOf(label, zone), tally);
    }
  }
  return tallies;
}

/** A zone's name holds no line feed, so the first one divides, whatever the label holds. */
function keyOf(label: string, zone: string | null): string {
  return `${zone ?? ""}\n${label}`;
}

function partsOf(key: string): { label: string; zone: string | null } {
  const at = key.indexOf("\n");
  return { zone: at === 0 ? null : key.slice(0, at), label: key.slice(at + 1) };
}

function shownCounts(
  presences: ReadonlyMap<string, Presence>,
  configured: ReadonlySet<string>,
): Pick<StateFields, "count" | "counts" | "present"> {
  const shown = [...presences].filter(
    ([key, presence]) => partsOf(key).zone === null && (presence.wasPresent || configured.has(key)),
  );
  return {
    count: shown.reduce((sum, [, presence]) => sum + presence.count, 0),
    counts: Object.fromEntries(shown.map(([key, presence]) => [partsOf(key).label, presence.count])),
    present: Object.fromEntries(
      shown.map(([key, presence]) => [partsOf(key).label, presence.isPresent ? "ON" : "OFF"]),
    ),
  };
}

function sameCounts(
  now: Readonly<Record<string, number>>,
  told: Readonly<Record<string, number>> | undefined,
): boolean {
  if (told === undefined) return false;
  const labels = Object.keys(now);
  // A label of any name may come, so that inherited ones ("constructor") must not count as told.
  return (
    labels.length === Object.keys(told).length &&
    labels.every((label) => Object.hasOwn(told, label) && told[label] === now[label])
  );
}

/** Down to the bound: what was seen longest ago and is absent goes first; the configuration's labels stay. */
function forgetAbsent(presences: Map<string, Presence>, configured: ReadonlySet<string>): void {
  if (presences.size <= MAX_PRESENCES) return;
  const order = [...presences]
    .filter(([key]) => !configured.has(key))
    .sort(([, a], [, b]) => Number(a.isPresent) - Number(b.isPresent) || a.seenAtMs - b.seenAtMs);
  for (const [key] of order.slice(0, presences.size - MAX_PRESENCES)) presences.delete(key);
}

function trackClass(seen: Seen, classes: readonly { label: string; class_id: number; score: number }[]): Tracked {
  const before = seen.memory.winner;
  const winner = stepWinner(before, classes[0] ?? null);
  const events = winner.label === before.label ? [] : [seen.event(classEvent(before, winner))];
  const told = seen.memory.published;
  const isNews =
    told === null || told.class !== winner.label || Math.abs((told.score ?? 0) - (winner.score ?? 0)) >= SCORE_CHANGE;
  const score = winner.score === null ? null : Number(winner.score.toFixed(3));
  return finished(seen, { classes: [...classes] }, { class: winner.label, score }, { events, isNews, winner });
}

function classEvent(before: Winner, now: Winner): EventFields {
  if (now.label === null) return { event_type: "left", label: before.label ?? "", before: before.label };
  const event_type = before.label === null ? "appeared" : "changed";
  return { event_type, label: now.label, before: before.label, score: now.score };
}

function trackValues(seen: Seen, measured: readonly { name: string; value: number; unit: string | null }[]): Tracked {
  const range = rangeOf(seen.settings.value);
  // What is no number (a model gone wrong) has no place in JSON; the hub then keeps the last one until it expires.
  const values = Object.fromEntries(
    measured.filter(({ value }) => Number.isFinite(value)).map(({ name, value }) => [name, roundedValue(value, range)]),
  );
  const told = seen.memory.published?.values;
  const isNews = Object.entries(values).some(([name, value]) => hasMoved(value, told?.[name], range));
  return finished(seen, { values: [...measured] }, { values }, { events: [], isNews });
}

function finished(
  seen: Seen,
  answer: Answer,
  fields: StateFields,
  rest: { events: EventDocument[]; isNews: boolean; presences?: ReadonlyMap<string, Presence>; winner?: Winner },
): Tracked {
  const state: HubStateDocument = { schema: "isotherm.state/1", at: seen.result.frame.received_at, ...fields };
  const { memory } = seen;
  return {
    memory: {
      presences: rest.presences ?? memory.presences,
      winner: rest.winner ?? memory.winner,
      published: rest.isNews ? state : memory.published,
    },
    answer,
    state,
    changed: rest.isNews,
    events: rest.events,
  };
}

function eventMaker(result: ResultDocument, newId: () => string): (what: EventFields) => EventDocument {
  const { node, input, pipeline, frame } = result;
  return (what) => ({
    schema: "isotherm.event/1",
    id: newId(),
    event_type: what.event_type,
    at: frame.received_at,
    node,
    input,
    pipeline,
    label: what.label,
    before: what.before ?? null,
    score: what.score ?? null,
    count: what.count ?? null,
    zone: what.zone ?? null,
  });
}
