// The composition root: makes every part, joins them, and holds the one thing that the whole daemon remembers, the
// configuration in force. Each part's own work is in its file; here stands who tells whom, and in which order. Over 300 lines,
// since the parts know each other through here and nowhere else.

import { randomBytes } from "node:crypto";
import { type Checked, fail, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import type { ConfigChange } from "../config/change.js";
import type { LoadedConfig } from "../config/load.js";
import type { EngineCommand } from "../engine/host/engine.js";
import type { EngineFacts } from "../engine/host/supervisor.js";
import { Inputs } from "../inputs/inputs.js";
import { Outbox } from "../mqtt/outbox.js";
import { createLogger, type Logger } from "../observability/logger.js";
import { systemClock } from "../system/clock.js";
import { ServiceManager } from "../system/service-manager.js";
import type { SoleUse } from "../system/sole-use.js";
import { within } from "../system/within.js";
import { boardModel } from "../telemetry/readers/board-model.js";
import { AlertBoard } from "./alert-board.js";
import { Answers } from "./answers.js";
import { type CommandParts, carryOut } from "./carry-out.js";
import { claimDataDirectory } from "./data-directory.js";
import { EngineKeeper } from "./engine-keeper.js";
import { engineCommand, engineOptions } from "./engine-options.js";
import { alertPipelines, EngineWatch } from "./engine-watch.js";
import { barredTrouble, FramePath } from "./frame-path.js";
import { HubAnnouncer } from "./hub-announcer.js";
import { Incoming } from "./incoming.js";
import { inputSettings } from "./input-settings.js";
import { InputWatch } from "./input-watch.js";
import { LinkInForce } from "./link-in-force.js";
import { OneAtATime } from "./one-at-a-time.js";
import { ChoicesWriter, type OperatorChoice, readOperatorChoices } from "./operator-choices.js";
import { packagePlaces } from "./package-places.js";
import type { PipelinePlan } from "./pipeline-live.js";
import { isSameSet, Pipelines } from "./pipelines.js";
import { planPipelines } from "./plan-pipelines.js";
import { reload } from "./reload.js";
import { Reporter } from "./reporter.js";
import { ending, rejected, slowKernels, tooManyChanges } from "./root-troubles.js";
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
/** What is promised is 5 s. Its parts have limits of their own that add up to about 4; this is for a disk that hangs. */
const STOP_LIMIT_MS = 4800;
/** Changes of the engine that may wait for each other: each may load for minutes. */
const MAX_CHANGES = 8;
/** The engine counts as hanging after 120 s without a loaded variant: until then the start may take longer than the unit says. */
const LOAD_PATIENCE_USEC = 130_000_000;

/** Starts the daemon. @returns every trouble of a wrong configuration; other troubles become alerts, and it runs on */
export async function runDaemon(options: DaemonOptions): Promise<Checked<Daemon>> {
  const loaded = await options.load();
  if (!loaded.ok) return loaded;
  const dataDirectory = loaded.value.config.node.data_dir;
  const claimed = await claimDataDirectory(dataDirectory);
  if (!claimed.ok) return { ok: false, troubles: [claimed.trouble] };
  const log = createLogger(loaded.value.config.log, loaded.value.secrets);
  const [choices, plans, outbox, board] = await Promise.all([
    readOperatorChoices(dataDirectory),
    planPipelines(loaded.value, packagePlaces(loaded.value)),
    Outbox.open(dataDirectory, log),
    boardModel(loaded.value.config.telemetry.root),
  ]);
  const daemon = new RunningDaemon(options, loaded.value, log, {
    soleUse: claimed.value,
    choices,
    plans,
    outbox,
    board,
  });
  daemon.start();
  return ok(daemon);
}

interface Beginnings {
  readonly soleUse: SoleUse;
  readonly choices: Map<string, OperatorChoice>;
  readonly plans: readonly PipelinePlan[];
  readonly outbox: Outbox;
  readonly board: string | null;
}

class RunningDaemon implements Daemon {
  readonly #options: DaemonOptions;
  readonly #soleUse: SoleUse;
  readonly #log: Logger;
  readonly #outbox: Outbox;
  readonly #board: string | null;
  readonly #choices: Map<string, OperatorChoice>;
  readonly #choicesWriter: ChoicesWriter;
  readonly #startedAt = systemClock.isoNow();
  readonly #service: ServiceManager;
  readonly #pipelines: Pipelines;
  readonly #keeper: EngineKeeper;
  readonly #engineWatch: EngineWatch;
  readonly #inputs: Inputs;
  readonly #framePath: FramePath;
  readonly #alerts: AlertBoard;
  readonly #answers: Answers;
  readonly #reporter: Reporter;
  readonly #hub: HubAnnouncer;
  readonly #incoming: Incoming;
  readonly #broker: LinkInForce;
  #loaded: LoadedConfig;
  #eventsDropped = 0;
  #isReady = false;
  #toldStatus = "";
  readonly #timers: NodeJS.Timeout[] = [];
  #telemetryTimer: NodeJS.Timeout | null = null;
  #endWatchdog: () => void = () => {};
  #stopping: Promise<void> | null = null;
  /** Reloads and variants that have to be loaded first. */
  readonly #changes = new OneAtATime();
  /** The reload that has not begun. */
  #nextReload: Promise<Result<void>> | null = null;
  #eventCount = 0;
  readonly #eventPrefix = randomBytes(8).toString("hex");
  #resolveStopped: (orderly: boolean) => void = () => {};
  readonly stopped: Promise<boolean>;

  constructor(options: DaemonOptions, loaded: LoadedConfig, log: Logger, begin: Beginnings) {
    this.#options = options;
    this.#soleUse = begin.soleUse;
    this.#loaded = loaded;
    this.#log = log;
    this.#outbox = begin.outbox;
    this.#board = begin.board;
    this.#choices = begin.choices;
    const { config } = loaded;
    this.#choicesWriter = new ChoicesWriter(config.node.data_dir);
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve;
    });
    this.#service = new ServiceManager(options.env, log);
    const clock = systemClock;
    const inForce = () => this.#loaded;
    this.#broker = this.#newBroker(begin.outbox);
    const topics = () => this.#broker.topics;
    const link = () => this.#broker.link;
    const onDisk = (trouble: Trouble | null) => this.#tellDisk(trouble);
    const alerts = new AlertBoard({ clock, topics, link });
    const pipelines = new Pipelines(begin.plans, begin.choices);
    this.#alerts = alerts;
    this.#pipelines = pipelines;
    this.#keeper = this.#newEngine();
    const { engine } = this.#keeper;
    const framePath = new FramePath(pipelines.scheduleSettings(config), {
      clock,
      pipelines,
      engine,
      onBarred: (frame) => this.#engineWatch.refuseFrame(frame, barredTrouble(frame)),
    });
    this.#framePath = framePath;
    const inputs = new Inputs(inputSettings(config), {
      clock,
      onFrame: (frame, key) => framePath.take(frame, key),
      onNewInput: () => this.#hub.announce(),
      onBad: (input, trouble) => log.trouble(trouble, { input }),
    });
    this.#inputs = inputs;
    const dataDirectory = () => this.#loaded.config.node.data_dir;
    this.#engineWatch = new EngineWatch({ log, alerts, pipelines, inputs, framePath, dataDirectory, onDisk });
    this.#answers = new Answers({
      clock,
      pipelines,
      node: () => this.#loaded.config.node.id,
      topics,
      link,
      newEventId: () => `${this.#eventPrefix}-${++this.#eventCount}`,
      annotate: (frame, detections) => engine.annotate(frame, detections),
      onDisk,
    });
    this.#reporter = new Reporter({
      clock,
      inForce,
      topics,
      link,
      inputs,
      pipelines,
      framePath,
      enginePid: () => engine.pid,
      inputWatch: new InputWatch(alerts),
      facts: () => ({
        startedAt: this.#startedAt,
        board: this.#board,
        configSha256: this.#loaded.sha256,
        session: this.#broker.link.session,
      }),
      backlog: () => ({
        messages_dropped: this.#broker.dropped,
        events_waiting: this.#outbox.waiting,
        events_dropped: this.#outbox.dropped,
      }),
    });
    const hub = new HubAnnouncer({ inForce, link, pipelines, inputs, board: this.#board });
    this.#hub = hub;
    const carry = this.#commandParts();
    this.#incoming = new Incoming({
      log,
      inForce,
      topics,
      link,
      inputs,
      pipelines,
      alerts,
      hub,
      carryOut: (command) => carryOut(command, carry),
    });
  }

  /** The order is the contract: answers can come before anybody may ask for them. */
  start(): void {
    const { config, path } = this.#loaded;
    this.#log.info("start", { node: config.node.id, config: path, pipelines: Object.keys(config.pipelines) });
    this.#service.extendTimeout(LOAD_PATIENCE_USEC);
    this.#keeper.start();
    this.#hub.announce();
    // Also what is still starting has a state: a hub that reads `online` must find one.
    this.#reporter.tick();
    this.#broker.link.start();
    this.#timers.push(setInterval(() => this.#tick(), TICK_MS));
    this.#setTelemetryTimer();
    this.#endWatchdog = startWatchdog(this.#service, () => this.#framePath.progress, systemClock.monotonicMs);
  }

  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  /** One that waits for its turn will read what is written until then: whoever asks meanwhile gets its outcome. */
  reload(): Promise<Result<void>> {
    this.#nextReload ??= this.#changes.run(() => {
      this.#nextReload = null;
      return this.#reload();
    });
    return this.#nextReload;
  }

  async #stop(reason: string): Promise<void> {
    this.#log.info("stop", { reason });
    this.#service.stopping();
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#telemetryTimer !== null) clearInterval(this.#telemetryTimer);
    this.#endWatchdog();
    this.#framePath.close();
    const isOrderly = (await within(this.#end(), STOP_LIMIT_MS)) !== null;
    this.#log.info("stopped", { orderly: isOrderly });
    this.#log.close();
    this.#resolveStopped(isOrderly);
  }

  /** The engine first: what it still answers goes out before `offline`. */
  async #end(): Promise<true> {
    await this.#keeper.engine.close();
    // The outbox after the broker: what is acknowledged at the last moment is noted, and not sent again at the next start.
    await Promise.all([this.#broker.close().then(() => this.#outbox.close()), this.#service.close()]);
    this.#soleUse.close();
    return true;
  }

  #newBroker(outbox: Outbox): LinkInForce {
    return new LinkInForce({
      inForce: () => this.#loaded,
      outbox,
      log: this.#log,
      chance: Math.random,
      inputTopics: () => this.#inputs.topics,
      onMessage: (message) => this.#incoming.hear(message),
      onSession: () => this.#reporter.info(),
      onSubscribed: (trouble) => {
        if (trouble !== null) this.#log.trouble(trouble);
        this.#alerts.tell("subscribe-failed", null, trouble);
      },
      onDiscovery: (trouble) => this.#alerts.tell("discovery-failed", null, trouble),
    });
  }

  #commandParts(): CommandParts {
    return {
      pipeline: (name) => this.#pipelines.get(name),
      choose: (pipeline, choice) => this.#choose(pipeline, choice),
      inTurn: (act) =>
        this.#changes.pending < MAX_CHANGES
          ? this.#changes.run(act)
          : Promise.resolve(fail(tooManyChanges(MAX_CHANGES))),
      loadWanted: () => this.#loadWanted(),
      reload: () => this.reload(),
      newestFrame: (input) => this.#inputs.newestFrame(input),
      picture: (frame) => this.#keeper.engine.annotate(frame, []),
    };
  }

  async #choose(pipeline: string, choice: Partial<OperatorChoice>): Promise<void> {
    const choices = this.#pipelines.choose(pipeline, choice);
    this.#afterDecision();
    const written = await this.#choicesWriter.write(choices);
    this.#tellDisk(written.ok ? null : written.trouble);
  }

  async #loadWanted(): Promise<Result<void>> {
    const variants = this.#pipelines.wantedVariants();
    // In the same order it would come to the same.
    if (isSameSet(this.#keeper.set.variants, variants)) return ok(undefined);
    return this.#keeper.replace({ ...this.#keeper.set, variants }, () => {});
  }

  /** Something about what runs has changed: pauses, alerts and states follow. */
  #afterDecision(): void {
    this.#framePath.applyPauses();
    alertPipelines(this.#pipelines, this.#alerts);
    for (const live of this.#pipelines.all) this.#reporter.pipeline(live);
  }

  #newEngine(): EngineKeeper {
    const set = { variants: this.#pipelines.wantedVariants(), options: engineOptions(this.#loaded.config) };
    return new EngineKeeper(
      this.#options.engine ?? engineCommand(this.#options.env),
      set,
      {
        onReady: (facts, flip) => this.#engineReady(facts, flip),
        onLoadProgress: () => {
          this.#framePath.sawProgress();
          if (!this.#isReady) this.#service.extendTimeout(LOAD_PATIENCE_USEC);
        },
        onAnswered: (work, answered, tookAtMs) => {
          this.#framePath.settled();
          this.#engineWatch.answered(work);
          this.#answers.take(work, answered, tookAtMs);
        },
        onRefused: (work, trouble) => {
          this.#framePath.settled();
          this.#engineWatch.refused(work, trouble);
        },
        onEngineLost: (...lost) => this.#engineWatch.lost(...lost),
        onRoom: () => this.#framePath.pump(),
      },
      Math.random,
    );
  }

  /** The facts first: plans that are put in force at the flip are decided by them. */
  #engineReady(facts: EngineFacts, flip: () => void): void {
    this.#pipelines.sawFacts(facts);
    flip();
    for (const [key, trouble] of facts.failures) this.#log.trouble(trouble, { variant: key });
    const missing = facts.runtime?.kernels.missing ?? null;
    if (missing !== null) this.#log.trouble(slowKernels(missing));
    this.#log.info("engine-ready", { resident: [...facts.reports.keys()], restarts: this.#keeper.engine.restarts });
    this.#engineWatch.ready();
    this.#afterDecision();
    this.#reporter.info();
    if (!this.#isReady) this.#service.ready(this.#statusLine());
    this.#isReady = true;
  }

  async #reload(): Promise<Result<void>> {
    if (this.#stopping !== null) return fail(ending());
    this.#service.reloading();
    const done = await reload({
      load: this.#options.load,
      inForce: () => this.#loaded,
      plan: (loaded) => planPipelines(loaded, packagePlaces(loaded)),
      choices: this.#choices,
      engineSet: () => this.#keeper.set,
      replaceEngine: (set, flip) => this.#keeper.replace(set, flip),
      apply: (loaded, plans, change) => this.#apply(loaded, plans, change),
    });
    if (this.#stopping !== null) return fail(ending());
    if (this.#isReady) this.#service.ready(this.#statusLine());
    if (done.ok) {
      this.#log.info("reloaded", { ...done.value });
      this.#alerts.clear("config-rejected");
      return ok(undefined);
    }
    for (const trouble of done.troubles) this.#log.trouble(trouble);
    const refused = rejected(done.troubles);
    this.#alerts.raise("config-rejected", null, refused);
    return fail(refused);
  }

  #apply(loaded: LoadedConfig, plans: readonly PipelinePlan[], change: ConfigChange): void {
    // What is started now would have nobody to end it.
    if (this.#stopping !== null) return;
    const before = { loaded: this.#loaded, patterns: this.#broker.subscriptions };
    this.#loaded = loaded;
    const { config } = loaded;
    // Always: a new password must be hidden even where nothing about the log has changed.
    this.#log.configure(config.log, loaded.secrets);
    if (change.inputs) this.#inputs.reconfigure(inputSettings(config));
    this.#pipelines.replan(plans);
    this.#framePath.reconfigure(this.#pipelines.scheduleSettings(config));
    this.#answers.keepOnly(new Set(plans.map((plan) => plan.name)));
    this.#reporter.forgetAll();
    if (change.mqtt) this.#move(before.loaded);
    else void this.#broker.refresh(before.patterns);
    this.#incoming.sweepOwn();
    // Always: a package that was changed on disk brings other labels and variants under the same configuration.
    this.#hub.announce();
    if (change.telemetry) this.#setTelemetryTimer();
    this.#afterDecision();
    this.#reporter.info();
  }

  /** Everything is said anew to another link. */
  #move(before: LoadedConfig): void {
    this.#broker.move(before);
    this.#answers.publishAnew();
    this.#hub.forget();
    this.#alerts.publishAll();
  }

  #tick(): void {
    this.#reporter.tick();
    this.#broker.link.flush();
    this.#tellOutbox();
    if (this.#keeper.engine.isReady && this.#framePath.progress.waiting === 0) this.#alerts.clear("engine-lost");
    const status = this.#statusLine();
    // Each message to the service manager is a process of its own.
    if (status !== this.#toldStatus) this.#service.status(status);
    this.#toldStatus = status;
  }

  #setTelemetryTimer(): void {
    if (this.#telemetryTimer !== null) clearInterval(this.#telemetryTimer);
    const sample = () => void this.#reporter.telemetry();
    this.#telemetryTimer = setInterval(sample, this.#loaded.config.telemetry.every);
    sample();
  }

  #tellDisk(trouble: Trouble | null): void {
    if (trouble !== null) this.#log.trouble(trouble);
    this.#alerts.tell("disk-trouble", null, trouble);
  }

  #tellOutbox(): void {
    const { dropped, waiting } = this.#outbox;
    if (dropped > this.#eventsDropped) {
      const what = `${dropped} of the oldest events were dropped since the start; ${waiting} wait`;
      this.#alerts.raise("outbox-dropped", null, { code: "outbox-dropped", where: "events", what, remedy: "" });
    } else if (waiting === 0) this.#alerts.clear("outbox-dropped");
    this.#eventsDropped = dropped;
  }

  #statusLine(): string {
    const { hottestC } = this.#reporter;
    const running = this.#pipelines.all.map((live) => `${live.plan.name}: ${live.variant?.variant ?? "not running"}`);
    return [...(hottestC === null ? [] : [`${hottestC.toFixed(1)} C`]), ...running].join(", ");
  }
}
