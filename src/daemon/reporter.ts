// Publishes how this node is: asks the parts once a second, and lets the pacer decide what goes out.

import type { LoadedConfig } from "../config/load.js";
import type { Clock } from "../contract/clock.js";
import type { InputStatusDocument } from "../contract/states.js";
import type { Inputs } from "../inputs/inputs.js";
import { sampleBoard } from "../telemetry/sample.js";
import type { Topics } from "../topics/address.js";
import { inputStatusMessage } from "../topics/input.js";
import { infoMessage, telemetryMessage } from "../topics/node.js";
import { pipelineStateMessage } from "../topics/pipeline.js";
import type { BrokerLink } from "./broker-link.js";
import type { FramePath } from "./frame-path.js";
import type { InputWatch } from "./input-watch.js";
import type { PipelineLive } from "./pipeline-live.js";
import type { Pipelines } from "./pipelines.js";
import {
  type Backlog,
  infoDocument,
  inputEssence,
  type NodeFacts,
  Pacer,
  pipelineEssence,
  telemetryDocument,
  UsageMeter,
} from "./reports.js";

export interface ReporterParts {
  readonly clock: Clock;
  readonly inForce: () => LoadedConfig;
  readonly topics: () => Topics;
  readonly link: () => BrokerLink;
  readonly inputs: Inputs;
  readonly pipelines: Pipelines;
  readonly framePath: FramePath;
  readonly enginePid: () => number | null;
  readonly facts: () => NodeFacts;
  readonly backlog: () => Backlog;
  readonly inputWatch: InputWatch;
}

export class Reporter {
  readonly #parts: ReporterParts;
  readonly #pacer = new Pacer();
  readonly #usage: UsageMeter;
  #sampling = false;
  /** Hottest sensor at the last sample, for the service manager's status line. */
  hottestC: number | null = null;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    this.#usage = new UsageMeter(parts.clock);
  }

  /** Once a second. */
  tick(): void {
    const { inputs, inputWatch, clock } = this.#parts;
    const documents = inputs.names.map((name) => this.inputStatus(name));
    for (const document of documents) this.#input(document);
    inputWatch.look(documents, clock.monotonicMs());
    for (const live of this.#parts.pipelines.all) this.pipeline(live);
  }

  inputStatus(name: string): InputStatusDocument {
    return this.#parts.inputs.status(name, this.#parts.framePath.droppedOfInput(name));
  }

  pipeline(live: PipelineLive): void {
    const { clock, framePath, link, topics } = this.#parts;
    const nowMs = clock.monotonicMs();
    const document = live.document(framePath.droppedOfPipeline(live.plan.name), nowMs);
    if (!this.#pacer.isDue(`pipeline ${document.pipeline}`, pipelineEssence(document), document, nowMs)) return;
    link().retain("state", pipelineStateMessage(topics(), document));
  }

  info(): void {
    const { inForce, pipelines, facts, link, topics } = this.#parts;
    link().retain("state", infoMessage(topics(), infoDocument(inForce().config, pipelines, facts())));
  }

  /** Reads the board and publishes; a reading that hangs on a slow sensor is not joined by a second one. */
  async telemetry(): Promise<void> {
    if (this.#sampling) return;
    this.#sampling = true;
    try {
      const { clock, inForce, pipelines, enginePid, backlog, link, topics } = this.#parts;
      const board = await sampleBoard(inForce().config.telemetry.root);
      this.hottestC = board.hottestC;
      const nowMs = clock.monotonicMs();
      const fps = pipelines.all.reduce((sum, live) => sum + live.fps(nowMs), 0);
      const document = telemetryDocument(clock.isoNow(), board, this.#usage.read(enginePid()), fps, backlog());
      link().retain("state", telemetryMessage(topics(), document));
    } finally {
      this.#sampling = false;
    }
  }

  /** After a reload everything is news: what was taken away and comes back must be told though it says the same. */
  forgetAll(): void {
    this.#pacer.forgetAll();
  }

  #input(document: InputStatusDocument): void {
    const { clock, link, topics } = this.#parts;
    const essence = inputEssence(document);
    if (!this.#pacer.isDue(`input ${document.input}`, essence, document, clock.monotonicMs())) return;
    link().retain("state", inputStatusMessage(topics(), document));
  }
}
