// What becomes of an answer: the result, the state that hubs show, events and their picture. Remembers per input and
// pipeline what was there before; decides nothing about frames.

import type { Trouble } from "../base/trouble.js";
import type { Clock } from "../contract/clock.js";
import type { Frame } from "../contract/frame.js";
import type { Detection, ResultDocument } from "../contract/result.js";
import type { Work } from "../engine/host/supervisor.js";
import type { Answered } from "../engine/protocol.js";
import { emptyTrackMemory, type TrackMemory, track } from "../events/track.js";
import { announcedLabels } from "../hub/describe.js";
import type { Topics } from "../topics/address.js";
import { eventMessage, hubStateMessage, imageMessage, resultMessage } from "../topics/answer.js";
import type { BrokerLink } from "./broker-link.js";
import type { PipelineLive } from "./pipeline-live.js";
import type { Pipelines } from "./pipelines.js";
import { resultDocument, withAnswer } from "./result-document.js";

export interface AnswersParts {
  readonly clock: Clock;
  readonly pipelines: Pipelines;
  readonly node: () => string;
  readonly topics: () => Topics;
  readonly link: () => BrokerLink;
  /** Unique for ever: consumers drop an event whose id they know. */
  readonly newEventId: () => string;
  readonly annotate: (frame: Frame, detections: readonly Detection[]) => Promise<Uint8Array | null>;
  /** The disk refused an event, or takes them again (null). */
  onDisk(trouble: Trouble | null): void;
}

interface Remembered {
  memory: TrackMemory;
  /** Monotonic ms of the last state published; null before the first. */
  publishedAtMs: number | null;
  /** Of the frame whose picture was published last; 0: none. */
  imageSeq: number;
}

export class Answers {
  readonly #parts: AnswersParts;
  /** By pipeline, then by input: both are bounded where they are named. */
  readonly #remembered = new Map<string, Map<string, Remembered>>();

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** One answered frame. @returns its total latency in ms, or null where the pipeline is gone */
  take(work: Work, answered: Answered, tookAtMs: number): number | null {
    const { clock, pipelines, node } = this.#parts;
    const live = pipelines.get(work.pipeline);
    const spec = live?.spec(work.key);
    // A reload may take a pipeline away while its last frame is in the engine: nobody waits for that answer.
    if (live === undefined || spec === undefined) return null;
    const nowMs = clock.monotonicMs();
    const report = live.reportOfAnswer(work.key);
    const degraded = live.degraded(work.key);
    const facts = { node: node(), spec, report, degraded, tookAtMs, answeredAtMs: nowMs };
    this.#publish(live, work.frame, resultDocument(work, answered, facts), nowMs);
    const totalMs = nowMs - work.frame.receivedAtMs;
    live.sawAnswer(totalMs, nowMs);
    return totalMs;
  }

  /** Forgets pipelines that are gone. */
  keepOnly(pipelines: ReadonlySet<string>): void {
    for (const name of [...this.#remembered.keys()]) if (!pipelines.has(name)) this.#remembered.delete(name);
  }

  /** At another broker, or under other topics: every state goes out with its next answer. */
  publishAnew(): void {
    for (const inputs of this.#remembered.values())
      for (const remembered of inputs.values()) remembered.publishedAtMs = null;
  }

  #publish(live: PipelineLive, frame: Frame, result: ResultDocument, nowMs: number): void {
    const { settings } = live.plan;
    const { publish } = settings;
    const topics = this.#parts.topics();
    const link = this.#parts.link();
    const remembered = this.#recall(live.plan.name, frame.input);
    const seen = track(
      remembered.memory,
      result,
      {
        zones: settings.zones ?? null,
        labels: announcedLabels(settings.labels, live.plan.labels),
        minScore: live.minScore,
        value: live.plan.value,
      },
      nowMs,
      this.#parts.newEventId,
    );
    remembered.memory = seen.memory;
    if (publish.results) link.send(resultMessage(topics, withAnswer(result, seen.answer)));
    const { publishedAtMs } = remembered;
    if (seen.changed || publishedAtMs === null || nowMs - publishedAtMs >= publish.heartbeat) {
      remembered.publishedAtMs = nowMs;
      link.retain("state", hubStateMessage(topics, frame.input, live.plan.name, seen.state));
    }
    if (seen.events.length === 0) return;
    if (publish.events) {
      for (const event of seen.events)
        void link
          .sendEvent(eventMessage(topics, event))
          .then((kept) => this.#parts.onDisk(kept.ok ? null : kept.trouble));
    }
    if (publish.image) {
      const detections = "detections" in seen.answer ? seen.answer.detections : [];
      void this.#publishImage(live.plan.name, frame, detections, remembered);
    }
  }

  async #publishImage(
    pipeline: string,
    frame: Frame,
    detections: readonly Detection[],
    remembered: Remembered,
  ): Promise<void> {
    const { annotate, link, topics, pipelines } = this.#parts;
    const jpeg = await annotate(frame, detections);
    // While it was drawn, a newer one may have been, and a reload may have taken the pipeline or its pictures away.
    const isWanted = pipelines.get(pipeline)?.plan.settings.publish.image === true;
    if (jpeg === null || !isWanted || frame.seq <= remembered.imageSeq) return;
    remembered.imageSeq = frame.seq;
    link().retain("state", imageMessage(topics(), frame.input, pipeline, jpeg));
  }

  #recall(pipeline: string, input: string): Remembered {
    let inputs = this.#remembered.get(pipeline);
    if (inputs === undefined) {
      inputs = new Map();
      this.#remembered.set(pipeline, inputs);
    }
    let remembered = inputs.get(input);
    if (remembered === undefined) {
      remembered = { memory: emptyTrackMemory(), publishedAtMs: null, imageSeq: 0 };
      inputs.set(input, remembered);
    }
    return remembered;
  }
}
