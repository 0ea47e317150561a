// The composition root: makes every part, joins them, and holds the one thing that the whole daemon remembers, the
// configuration in force. Each part's own work is in its file; here stands who tells whom, and in which order.

import { randomBytes } from "node:crypto";
import { type Checked, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { ConfigChange } from "../config/change.js";
import type { LoadedConfig } from "../config/load.js";
import type { IncomingMessage } from "../contract/message.js";
import type { EngineCommand } from "../engine/host/engine.js";
import { type EngineFacts, type EngineSet, EngineSupervisor } from "../engine/host/supervisor.js";
import { isFrameTrouble } from "../engine/protocol.js";
import { Inputs } from "../inputs/inputs.js";
import { Outbox } from "../mqtt/outbox.js";
import { createLogger, type Logger } from "../observability/logger.js";
import { systemClock } from "../system/clock.js";
import { ServiceManager } from "../system/service-manager.js";
import { boardModel } from "../telemetry/readers/board-model.js";
import { type Topics, topicsOf } from "../topics/address.js";
import { parseCommand } from "../topics/commands.js";
import { statusMessage } from "../topics/node.js";
import { responseMessage } from "../topics/response.js";
import { AlertBoard } from "./alert-board.js";
import { Answers } from "./answers.js";
import { BrokerLink } from "./broker-link.js";
import { type CommandParts, carryOut } from "./carry-out.js";
import { engineCommand, engineOptions } from "./engine-options.js";
import { alertPipelines, engineLost } from "./engine-watch.js";
import { barredTrouble, FramePath } from "./frame-path.js";
import { discoveryTopics, HubAnnouncer, hubStatusTopics } from "./hub-announcer.js";
import { inputSettings, isPattern } from "./input-settings.js";
import { isLeftOver } from "./left-over.js";
import { daemonMqttSettings } from "./mqtt-settings.js";
import { type OperatorChoice, readOperatorChoices, writeOperatorChoices } from "./operator-choices.js";
import { packagePlaces } from "./package-places.js";
import type { PipelinePlan } from "./pipeline-live.js";
import { Pipelines } from "./pipelines.js";
import { planPipelines } from "./plan-pipelines.js";
import { reload } from "./reload.js";
import { Reporter } from "./reporter.js";
import { startWatchdog } from "./watchdog.js";

export interface DaemonOptions {
  /** Called at the start and at every reload. */
  readonly load: () => Promise<Checked<LoadedConfig>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The engine's entry; tests of faults hand in one that misbehaves. */
  readonly engine?: EngineCommand;
}

export interface Daemon {
  /** Drains, says `offline`, ends. Never takes longer than 5 s. */
  stop(reason: string): Promise<void>;
  reload(): Promise<Result<void>>;
  /** Resolves when all has ended: whether it was in order. */
  readonly stopped: Promise<boolean>;
}

const TICK_MS = 1000;

/** Starts the daemon. @returns every trouble of a wrong configuration; other troubles become alerts, and it runs on */
export async function runDaemon(options: DaemonOptions): Promise<Checked<Daemon>> {
  const loaded = await options.load();
  if (!loaded.ok) return loaded;
  const dataDirectory = loaded.value.config.node.data_dir;
  const log = createLogger(loaded.value.config.log, loaded.value.secrets);
  const [choices, plans, outbox, board] = await Promise.all([
    readOperatorChoices(dataDirectory),
    planPipelines(loaded.value, packagePlaces(loaded.value)),
    Outbox.open(dataDirectory, log),
    boardModel(loaded.value.config.telemetry.root),
  ]);
  const daemon = new RunningDaemon(options, loaded.value, log, { choices, plans, outbox, board });
  daemon.start();
  return ok(daemon);
}

interface Beginnings {
  readonly choices: Map<string, OperatorChoice>;
  readonly plans: readonly PipelinePlan[];
  readonly outbox: Outbox;
  readonly board: string | null;
}

class RunningDaemon implements Daemon {
  readonly #options: DaemonOptions;
  readonly #log: Logger;
  readonly #outbox: Outbox;
  readonly #board: string | null;
  readonly #choices: Map<string, OperatorChoice>;
  readonly #startedAt = systemClock.isoNow();
  readonly #service: ServiceManager;
  readonly #pipelines: Pipelines;
  readonly #engine: EngineSupervisor;
  readonly #inputs: Inputs;
  readonly #framePath: FramePath;
  readonly #alerts: AlertBoard;
  readonly #answers: Answers;
  readonly #reporter: Reporter;
  readonly #hub: HubAnnouncer;
  #loaded: LoadedConfig;
  #topics: Topics;
  #link: BrokerLink;
  #engineSet: EngineSet;
  #engineStarted = false;
  /** What takes effect in the moment in which the engine with that set takes over. */
  #atFlip: { readonly set: EngineSet; readonly flip: () => void } | null = null;
  #isReady = false;
  readonly #timers: NodeJS.Timeout[] = [];
  #telemetryTimer: NodeJS.Timeout | null = null;
  #endWatchdog: () => void = () => {};
  #stopping: Promise<void> | null = null;
  /** Reloads one after the other. */
  #reloading: Promise<unknown> = Promise.resolve();
  #eventCount = 0;
  readonly #eventPrefix = randomBytes(8).toString("hex");
  #resolveStopped: (orderly: boolean) => void = () => {};
  readonly stopped: Promise<boolean>;

  constructor(options: DaemonOptions, loaded: LoadedConfig, log: Logger, begin: Beginnings) {
    this.#options = options;
    this.#loaded = loaded;
    this.#log = log;
    this.#outbox = begin.outbox;
    this.#board = begin.board;
    this.#choices = begin.choices;
    const { config } = loaded;
    const clock = systemClock;
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve;
    });
    this.#service = new ServiceManager(options.env, log);
    this.#topics = topicsOf(config.mqtt.base_topic, config.node.id);
    this.#link = this.#newLink();
    const topics = () => this.#topics;
    const link = () => this.#link;
    this.#alerts = new AlertBoard({ clock, topics, link });
    this.#pipelines = new Pipelines(begin.plans, begin.choices);
    this.#engineSet = { variants: this.#pipelines.wantedVariants(), options: engineOptions(config) };
    this.#engine = this.#newEngine();
    this.#framePath = new FramePath(this.#pipelines.scheduleSettings(config), {
      clock,
      pipelines: this.#pipelines,
      engine: this.#engine,
      onBarred: (frame) => this.#inputs.refuse(frame.input, barredTrouble(frame)),
    });
    this.#inputs = new Inputs(inputSettings(config), {
      clock,
      onFrame: (frame, key) => this.#framePath.take(frame, key),
      onNewInput: () => this.#hub.announce(),
      onBad: (input, trouble) => log.trouble(trouble, { input }),
    });
    this.#answers = new Answers({
      clock,
      pipelines: this.#pipelines,
      node: () => this.#loaded.config.node.id,
      topics,
      link,
      newEventId: () => `${this.#eventPrefix}-${++this.#eventCount}`,
      annotate: (frame, detections) => this.#engine.annotate(frame, detections),
      onDisk: (trouble) => this.#tellDisk(trouble),
    });
    this.#reporter = new Reporter({
      clock,
      inForce: () => this.#loaded,
      topics,
      link,
      inputs: this.#inputs,
      pipelines: this.#pipelines,
      framePath: this.#framePath,
      enginePid: () => this.#engine.pid,
      facts: () => ({
        startedAt: this.#startedAt,
        board: this.#board,
        configSha256: this.#loaded.sha256,
        session: this.#link.session,
      }),
    });
    this.#hub = new HubAnnouncer({
      inForce: () => this.#loaded,
      link,
      pipelines: this.#pipelines,
      inputs: this.#inputs,
      board: this.#board,
    });
  }

  /** The order is the contract: answers can come before anybody may ask for them. */
  start(): void {
    const { config, path } = this.#loaded;
    this.#log.info("start", { node: config.node.id, config: path, pipelines: Object.keys(config.pipelines) });
    if (this.#engineSet.variants.length > 0) this.#startEngine();
    else this.#nothingToLoad();
    this.#hub.announce();
    // Also what is still starting has a state: a hub that reads `online` must find one.
    this.#reporter.tick();
    this.#link.start();
    this.#timers.push(setInterval(() => this.#tick(), TICK_MS));
    this.#setTelemetryTimer();
    this.#endWatchdog = startWatchdog(this.#service, () => this.#framePath.progress, systemClock.monotonicMs);
  }

  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  reload(): Promise<Result<void>> {
    const next = this.#reloading.then(() => this.#reload());
    this.#reloading = next.catch(() => {});
    return next;
  }

  async #stop(reason: string): Promise<void> {
    this.#log.info("stop", { reason });
    this.#service.stopping();
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#telemetryTimer !== null) clearInterval(this.#telemetryTimer);
    this.#endWatchdog();
    this.#framePath.close();
    // The engine first: what it still answers goes out before `offline`.
    await this.#engine.close();
    await this.#link.close(statusMessage(this.#topics, "offline"));
    await this.#outbox.close();
    await this.#service.close();
    this.#log.info("stopped");
    this.#log.close();
    this.#resolveStopped(true);
  }

  #newLink(): BrokerLink {
    const link: BrokerLink = new BrokerLink(
      daemonMqttSettings(this.#loaded.config, this.#topics),
      {
        online: statusMessage(this.#topics, "online"),
        outbox: this.#outbox,
        subscriptions: () => this.#subscriptions(),
        sweepPatterns: [...this.#topics.retained, ...discoveryTopics(this.#loaded.config)],
        log: this.#log,
        chance: Math.random,
      },
      {
        onMessage: (message) => this.#hear(message),
        onSession: (session) => {
          this.#log.info("broker-connected", { ...session });
          this.#reporter.info();
        },
        onDown: (trouble) => this.#log.trouble(trouble),
        onSubscribed: (trouble) => {
          if (trouble !== null) this.#log.trouble(trouble);
          this.#alerts.tell("subscribe-failed", null, trouble);
        },
      },
    );
    return link;
  }

  #subscriptions(): readonly string[] {
    return [...this.#topics.subscriptions, ...this.#inputs.topics, ...hubStatusTopics(this.#loaded.config)];
  }

  /** Frames first: they are nearly all that comes. A frame's topic may lie below our own. */
  #hear(message: IncomingMessage): void {
    if (this.#inputs.receive(message)) return;
    if (this.#hub.hear(message)) return;
    const known = { pipelines: this.#pipelines.variantNames(), inputs: this.#inputs.names };
    const received = parseCommand(this.#topics, message, known);
    if (received !== null) void this.#answerCommand(received.to, received.command);
    else if (message.retained && message.payload.byteLength > 0) this.#sweep(message.topic);
  }

  #sweep(topic: string): void {
    const owned = {
      pipelines: new Set(this.#pipelines.all.map((live) => live.plan.name)),
      inputs: Object.entries(this.#loaded.config.inputs).map(([key, input]) => ({
        key,
        isPattern: isPattern(input.mqtt.topic),
      })),
      alerts: this.#alerts.ids,
    };
    if (isLeftOver(this.#topics, topic, owned)) this.#link.withdraw("state", topic);
  }

  async #answerCommand(
    ...[to, command]: [Parameters<typeof responseMessage>[0], Result<Parameters<typeof carryOut>[0]>]
  ) {
    const outcome = command.ok ? await carryOut(command.value, this.#commandParts()) : command;
    if (outcome.ok) this.#log.info("command", { op: to.op });
    else this.#log.trouble(outcome.trouble, { op: to.op });
    this.#link.send(responseMessage(to, outcome));
  }

  #commandParts(): CommandParts {
    return {
      pipeline: (name) => this.#pipelines.get(name),
      choose: (live, choice) => this.#choose(live, choice),
      replaceEngine: () => {
        const set = { ...this.#engineSet, variants: this.#pipelines.wantedVariants() };
        return this.#replaceEngine(set, () => {});
      },
      reload: () => this.reload(),
      newestFrame: (input) => this.#inputs.newestFrame(input),
      picture: (frame) => this.#engine.annotate(frame, []),
    };
  }

  async #choose(live: Parameters<CommandParts["choose"]>[0], choice: Partial<OperatorChoice>): Promise<void> {
    const choices = this.#pipelines.choose(live, choice);
    this.#afterDecision();
    const written = await writeOperatorChoices(this.#loaded.config.node.data_dir, choices);
    this.#tellDisk(written.ok ? null : written.trouble);
  }

  /** Something about what runs has changed: pauses, alerts and states follow. */
  #afterDecision(): void {
    this.#framePath.applyPauses();
    alertPipelines(this.#pipelines, this.#alerts);
    for (const live of this.#pipelines.all) this.#reporter.pipeline(live);
  }

  #newEngine(): EngineSupervisor {
    const command = this.#options.engine ?? engineCommand(this.#options.env);
    return new EngineSupervisor(
      command,
      {
        onReady: (facts) => this.#engineReady(facts),
        onAnswered: (work, answered, tookAtMs) => {
          this.#framePath.settled();
          this.#alerts.clear("engine-lost");
          this.#alerts.clear("model-fails", work.pipeline);
          this.#inputs.answered(work.frame.input);
          this.#answers.take(work, answered, tookAtMs);
        },
        onRefused: (work, trouble) => {
          this.#framePath.settled();
          this.#alerts.clear("engine-lost");
          const live = this.#pipelines.get(work.pipeline);
          if (live !== undefined) live.lost += 1;
          if (isFrameTrouble(trouble)) this.#inputs.refuse(work.frame.input, trouble);
          else this.#tellModel(work.pipeline, trouble);
        },
        onEngineLost: (...lost) =>
          engineLost(
            {
              log: this.#log,
              alerts: this.#alerts,
              pipelines: this.#pipelines,
              framePath: this.#framePath,
              dataDirectory: this.#loaded.config.node.data_dir,
              onDisk: (trouble) => this.#tellDisk(trouble),
            },
            ...lost,
          ),
        onRoom: () => this.#framePath.pump(),
      },
      Math.random,
    );
  }

  #startEngine(): void {
    this.#engineStarted = true;
    this.#engine.start(this.#engineSet);
  }

  /** No package could be read, or none is configured: there is nothing to wait for. */
  #nothingToLoad(): void {
    this.#pipelines.sawFacts({ set: this.#engineSet, runtime: null, reports: new Map(), failures: new Map() });
    this.#afterDecision();
    this.#sayReady();
  }

  #engineReady(facts: EngineFacts): void {
    const atFlip = this.#atFlip;
    if (atFlip !== null && atFlip.set === facts.set) {
      this.#atFlip = null;
      this.#engineSet = facts.set;
      atFlip.flip();
    }
    this.#pipelines.sawFacts(facts);
    for (const [key, trouble] of facts.failures) this.#log.trouble(trouble, { variant: key });
    this.#log.info("engine-ready", { resident: [...facts.reports.keys()], restarts: this.#engine.restarts });
    this.#afterDecision();
    this.#reporter.info();
    this.#sayReady();
  }

  #sayReady(): void {
    if (!this.#isReady) this.#service.ready(this.#statusLine());
    this.#isReady = true;
  }

  /** Blue/green; the present engine goes on where the new one does not come up. */
  async #replaceEngine(set: EngineSet, flip: () => void): Promise<Result<void>> {
    const isIdle = !this.#engineStarted;
    if (isIdle || !this.#engine.isReady) {
      // Nobody answers at present: there is no gap to avoid.
      this.#engineSet = set;
      flip();
      if (set.variants.length === 0 && isIdle) this.#nothingToLoad();
      else if (isIdle) this.#startEngine();
      else return this.#engine.replace(set);
      return ok(undefined);
    }
    this.#atFlip = { set, flip };
    const replaced = await this.#engine.replace(set);
    if (!replaced.ok && this.#atFlip?.set === set) this.#atFlip = null;
    return replaced;
  }

  async #reload(): Promise<Result<void>> {
    this.#service.reloading();
    const done = await reload({
      load: this.#options.load,
      inForce: () => this.#loaded,
      plan: (loaded) => planPipelines(loaded, packagePlaces(loaded)),
      choices: this.#choices,
      engineSet: () => this.#engineSet,
      replaceEngine: (set, flip) => this.#replaceEngine(set, flip),
      apply: (loaded, plans, change) => this.#apply(loaded, plans, change),
    });
    this.#service.ready(this.#statusLine());
    if (done.ok) {
      this.#log.info("reloaded", { ...done.value });
      this.#alerts.clear("config-rejected");
      return ok(undefined);
    }
    for (const trouble of done.troubles) this.#log.trouble(trouble);
    const refused = rejected(done.troubles);
    this.#alerts.raise("config-rejected", null, refused);
    return { ok: false, trouble: refused };
  }

  #apply(loaded: LoadedConfig, plans: readonly PipelinePlan[], change: ConfigChange): void {
    const before = { link: this.#link, topics: this.#topics, patterns: this.#subscriptions() };
    this.#loaded = loaded;
    const { config } = loaded;
    // Always: a new password must be hidden even where nothing about the log has changed.
    this.#log.configure(config.log, loaded.secrets);
    if (change.inputs) this.#inputs.reconfigure(inputSettings(config));
    this.#pipelines.replan(plans);
    this.#framePath.reconfigure(this.#pipelines.scheduleSettings(config));
    this.#answers.keepOnly(new Set(plans.map((plan) => plan.name)));
    if (change.mqtt) {
      this.#moveTo(topicsOf(config.mqtt.base_topic, config.node.id));
      void before.link.leave(statusMessage(before.topics, "offline"));
    } else {
      void this.#link.resubscribe(before.patterns);
    }
    for (const topic of this.#link.ownTopics("state")) this.#sweep(topic);
    if (change.hub || change.mqtt) this.#hub.announce();
    if (change.telemetry) this.#setTelemetryTimer();
    this.#afterDecision();
    this.#reporter.info();
  }

  /** Another broker, other credentials or other topics: everything is said anew there. */
  #moveTo(topics: Topics): void {
    this.#topics = topics;
    this.#link = this.#newLink();
    this.#reporter.forgetAll();
    this.#hub.forget();
    this.#alerts.publishAll();
    this.#link.start();
  }

  #tick(): void {
    this.#reporter.tick();
    this.#link.flush();
    if (this.#outbox.waiting === 0) this.#alerts.clear("outbox-dropped");
    if (this.#engine.isReady && this.#framePath.progress.waiting === 0) this.#alerts.clear("engine-lost");
    this.#service.status(this.#statusLine());
  }

  #setTelemetryTimer(): void {
    if (this.#telemetryTimer !== null) clearInterval(this.#telemetryTimer);
    const sample = () => void this.#reporter.telemetry();
    this.#telemetryTimer = setInterval(sample, this.#loaded.config.telemetry.every);
    sample();
  }

  /** A good picture that the model could not answer: nothing is wrong with the input. */
  #tellModel(pipeline: string, trouble: Trouble): void {
    this.#log.trouble(trouble, { pipeline });
    this.#alerts.raise("model-fails", pipeline, trouble);
  }

  #tellDisk(trouble: Trouble | null): void {
    if (trouble !== null) this.#log.trouble(trouble);
    this.#alerts.tell("disk-trouble", null, trouble);
  }

  #statusLine(): string {
    const { hottestC } = this.#reporter;
    const running = this.#pipelines.all.map((live) => `${live.plan.name}: ${live.variant?.variant ?? "not running"}`);
    return [...(hottestC === null ? [] : [`${hottestC.toFixed(1)} C`]), ...running].join(", ");
  }
}

function rejected(troubles: readonly Trouble[]): Trouble {
  const [first] = troubles;
  if (first === undefined) throw new Error("a refused configuration says why");
  return troubles.length === 1 ? first : { ...first, what: `${first.what} (and ${troubles.length - 1} more)` };
}
