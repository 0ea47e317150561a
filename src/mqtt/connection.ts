// The connection to the broker that comes back for ever: back-off with jitter, MQTT 5 and then 3.1.1, a new session each time. Carries
// messages, knows no documents. Nothing is kept while it is away: what must not be lost waits in the outbox, the rest is let go and
// counted.

import { randomBytes } from "node:crypto";
import { type BackoffBounds, backoffDelayMs } from "../base/backoff.js";
import { fail, ok, type Result } from "../base/result.js";
import { type Trouble, thrownText } from "../base/trouble.js";
import { type Log, SILENT } from "../contract/log.js";
import type { IncomingMessage, OutgoingMessage } from "../contract/message.js";
import { within } from "../system/within.js";
import { type Address, addressOf, clientOptions, type MqttSettings } from "./client-options.js";
import { type AttemptEnd, chooseProtocol, NOTHING_KNOWN, type Protocol, remember } from "./protocol-choice.js";
import { Session, type SessionFacts } from "./session.js";
import { Subscriptions } from "./subscriptions.js";

export type { MqttSettings } from "./client-options.js";

export interface MqttEvents {
  /** After the broker's CONNACK, each time; publishing and subscribing are possible inside. No subscription outlives a session. */
  onUp(session: {
    readonly protocol: Protocol;
    readonly tls: boolean;
    /** Of the broker, MQTT 5; null: it said none. */
    readonly maximumPacketSize: number | null;
  }): Promise<void>;
  /** The connection broke, or an attempt failed; it is tried again. */
  onDown(trouble: Trouble): void;
  /** Must be quick. The payload is a view of what came from the socket: who keeps it for long looks whether to copy it. */
  onMessage(message: IncomingMessage): void;
  /** The broker will never take a message that was published (`where`: its topic): too large, or not allowed. It was let go. */
  onRefused?(trouble: Trouble): void;
}

/** A broker that restarts is back in seconds; one that is gone costs an attempt every half minute. */
const AWAY: BackoffBounds = { firstMs: 1000, maxMs: 30_000 };
/** Who is refused needs a person; brokers lock out clients that knock too often. */
const REFUSED: BackoffBounds = { firstMs: 5000, maxMs: 60_000 };
const REFUSALS: ReadonlySet<string> = new Set(["mqtt-password", "mqtt-client-id", "mqtt-taken-over", "mqtt-no-retain"]);
/** A session that held so long was a good one: the next attempts start again without patience. */
const STEADY_MS = 10_000;
/** From the first packet to the broker's CONNACK; a broker across a mobile network takes two or three seconds. */
const CONNECT_TIMEOUT_MS = 10_000;
/** For the last message and the goodbye together: the daemon has 5 s for its whole end. */
const CLOSE_MS = 1000;

export class MqttConnection {
  readonly #settings: MqttSettings;
  readonly #events: MqttEvents;
  readonly #log: Log;
  readonly #chance: () => number;
  #session: Session | null = null;
  #subscriptions: Subscriptions | null = null;
  #memory = NOTHING_KNOWN;
  #attempts = 0;
  #upAtMs = 0;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;
  /** Messages that were let go: while away, past the limit of unsent bytes, too large for the broker. */
  dropped = 0;

  /** @param deps `chance` is uniform in [0, 1) */
  constructor(settings: MqttSettings, events: MqttEvents, deps: { readonly log: Log; readonly chance: () => number }) {
    this.#settings = settings;
    this.#events = events;
    this.#log = deps.log;
    this.#chance = deps.chance;
  }

  start(): void {
    const address = addressOf(this.#settings);
    // Only another configuration mends the address, and that makes another connection.
    if (!address.ok) this.#down(address.trouble);
    else void this.#attempt(address.value);
  }

  get isUp(): boolean {
    return this.#session?.isUp === true;
  }

  /** False where it could not be taken: away, too many bytes unsent, or larger than the broker takes. Then it is let go and counted. */
  publish(message: OutgoingMessage): boolean {
    const taken = this.#session?.publish(message) === "taken";
    if (!taken) this.dropped += 1;
    return taken;
  }

  /**
   * Resolves true when the broker has the message (or refuses it for good: asking again would change nothing), false when the
   * connection went before.
   */
  publishAcknowledged(message: OutgoingMessage): Promise<boolean> {
    return new Promise((resolve) => {
      const taken = this.#session?.publish({ ...message, qos: 1 }, resolve) ?? "not-now";
      if (taken === "never") this.dropped += 1;
      if (taken !== "taken") resolve(taken === "never");
    });
  }

  /** Fails for the filters that the broker refuses; the others hold until the session ends. */
  async subscribe(filters: readonly string[]): Promise<Result<void>> {
    const away = {
      code: "mqtt-away",
      where: "mqtt",
      what: "there is no connection",
      remedy: "subscribe once it is up",
    };
    return (await this.#subscriptions?.add(filters)) ?? fail(away);
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    await this.#subscriptions?.remove(filters);
  }

  /** Publishes `last`, says goodbye (the broker then keeps the will to itself) and stays away. Takes a second at most. */
  async close(last?: OutgoingMessage): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    const startedAtMs = performance.now();
    if (last !== undefined && this.isUp) await within(this.publishAcknowledged(last), CLOSE_MS / 2);
    await this.#session?.leave(CLOSE_MS - (performance.now() - startedAtMs));
  }

  async #attempt(address: Address): Promise<void> {
    const protocol = chooseProtocol(this.#settings.protocol, this.#memory);
    const options = await clientOptions(this.#settings, address, protocol, CONNECT_TIMEOUT_MS);
    if (this.#closed) return;
    if (!options.ok) return this.#ended(address, options.trouble, protocol, "other");
    const session = new Session(options.value, address.peer, protocol, {
      onUp: (facts) => {
        this.#memory = remember(this.#memory, protocol, "accepted");
        this.#upAtMs = performance.now();
        this.#subscriptions = new Subscriptions(session);
        this.#log.info("mqtt-up", { broker: address.peer.where, protocol });
        void this.#announce(facts, address.tls);
      },
      onMessage: (message) => this.#hear(message),
      onRefused: (trouble) => {
        this.#log.trouble(trouble);
        this.#events.onRefused?.(trouble);
      },
      onEnd: (trouble, wasUp, attempt) => {
        if (wasUp && performance.now() - this.#upAtMs >= STEADY_MS) this.#attempts = 0;
        this.#ended(address, trouble, protocol, attempt);
      },
    });
    this.#session = session;
  }

  #ended(address: Address, trouble: Trouble, tried: Protocol, attempt: AttemptEnd): void {
    this.#session = null;
    this.#subscriptions = null;
    if (this.#closed) return;
    this.#memory = remember(this.#memory, tried, attempt);
    if (tried === "5" && chooseProtocol(this.#settings.protocol, this.#memory) === "3.1.1") {
      this.#log.info("mqtt-falls-back", { broker: address.peer.where, protocol: "3.1.1", why: trouble.what });
      void this.#attempt(address);
      return;
    }
    this.#down(trouble);
    const bounds = REFUSALS.has(trouble.code) ? REFUSED : AWAY;
    this.#retry = setTimeout(() => void this.#attempt(address), backoffDelayMs(this.#attempts, bounds, this.#chance()));
    this.#attempts += 1;
  }

  #down(trouble: Trouble): void {
    this.#log.trouble(trouble);
    this.#events.onDown(trouble);
  }

  async #announce({ protocol, maximumPacketSize }: SessionFacts, tls: boolean): Promise<void> {
    try {
      await this.#events.onUp({ protocol, tls, maximumPacketSize });
    } catch (thrown) {
      this.#log.error("mqtt-at-connect-failed", { what: thrownText(thrown) });
    }
  }

  /** A mistake of ours in one message must not end the daemon, nor the library's reading of the socket. */
  #hear(message: IncomingMessage): void {
    try {
      this.#events.onMessage(message);
    } catch (thrown) {
      this.#log.trouble({
        code: "message-not-handled",
        where: message.topic,
        what: `handling a message of ${message.payload.byteLength} bytes failed: ${thrownText(thrown)}`,
        remedy: "please report it",
      });
    }
  }
}

/**
 * One attempt, for `isotherm check`: both versions where the settings say `auto`. Under a name of its own and without a will, so that a
 * running daemon notices nothing.
 */
export async function tryConnect(
  settings: MqttSettings,
  timeoutMs: number,
): Promise<Result<{ readonly protocol: Protocol; readonly tls: boolean }>> {
  const { will: _, ...rest } = settings;
  const clientId = `${settings.clientId}-check-${randomBytes(3).toString("hex")}`;
  let close = async () => {};
  const attempt = new Promise<Result<{ protocol: Protocol; tls: boolean }>>((resolve) => {
    const events: MqttEvents = {
      onUp: async ({ protocol, tls }) => resolve(ok({ protocol, tls })),
      onDown: (trouble) => resolve(fail(trouble)),
      onMessage: () => {},
    };
    const connection = new MqttConnection({ ...rest, clientId }, events, { log: SILENT, chance: () => 0 });
    close = () => connection.close();
    connection.start();
  });
  const result = await within(attempt, timeoutMs);
  await close();
  return result ?? fail(timeoutTrouble(settings, timeoutMs));
}

function timeoutTrouble(settings: MqttSettings, timeoutMs: number): Trouble {
  const address = addressOf(settings);
  return {
    code: "mqtt-silent",
    where: address.ok ? address.value.peer.where : "mqtt.url",
    what: `no answer within ${timeoutMs / 1000} s`,
    remedy: "mend mqtt.url (host, port), look at the firewall, and at what listens there",
  };
}
