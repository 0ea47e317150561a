// From messages to frames: which input a topic belongs to, what is in its payload, and what each input has seen. Gets messages handed
// in and hands frames on; keeps the newest frame of each input and no other.

import type { Trouble } from "../base/trouble.js";
import type { Clock } from "../contract/clock.js";
import type { Frame, RawFormat } from "../contract/frame.js";
import type { IncomingMessage } from "../contract/message.js";
import type { InputStatusDocument } from "../contract/states.js";
import { LiveInput } from "./live-input.js";
import { type InputEncoding, unwrap } from "./unwrap.js";
import { matchedLevels, nameOfMatch } from "./wildcard.js";

export interface InputSettings {
  /** Its name in the configuration. */
  readonly key: string;
  /** May hold `+`: then it makes one input per topic that matches. */
  readonly topic: string;
  readonly encoding: InputEncoding;
  readonly raw: RawFormat | null;
  readonly staleAfterMs: number;
  readonly maxBytes: number;
}

export interface InputsDeps {
  readonly clock: Clock;
  /** @param key the configured input; `frame.input` differs from it where the topic has `+` */
  onFrame(frame: Frame, key: string): void;
  /** A topic with `+` made another input. */
  onNewInput(name: string, key: string): void;
  onBad(input: string, trouble: Trouble): void;
}

/** Inputs that one topic with `+` may make: a house full of cameras, but not every topic of a broker. */
const MAX_PER_PATTERN = 64;
/** Newest frames kept for snapshots, together; past it the input that was silent longest gives up its own. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

export class Inputs {
  readonly #deps: InputsDeps;
  #settings = new Map<string, InputSettings>();
  /** Those whose topic has `+`. */
  #patterns: readonly InputSettings[] = [];
  /** By name. */
  readonly #live = new Map<string, LiveInput>();
  /** By topic, for those that exist: what a frame costs to find. */
  readonly #byTopic = new Map<string, LiveInput[]>();
  /** Inputs that hold a newest frame, the one that was silent longest first. */
  readonly #kept = new Set<LiveInput>();
  #keptBytes = 0;
  /** Messages whose topic would have made one input too many. */
  overflow = 0;

  constructor(settings: readonly InputSettings[], deps: InputsDeps) {
    this.#deps = deps;
    this.reconfigure(settings);
  }

  /** To subscribe to; each once. */
  get topics(): readonly string[] {
    return [...new Set([...this.#settings.values()].map(({ topic }) => topic))];
  }

  get names(): readonly string[] {
    return [...this.#live.keys()];
  }

  /** Takes a reload's settings; inputs whose key and topic are as before keep what they have seen. */
  reconfigure(settings: readonly InputSettings[]): void {
    const before = this.#settings;
    this.#settings = new Map(settings.map((input) => [input.key, input]));
    this.#patterns = settings.filter(({ topic }) => topic.split("/").includes("+"));
    for (const input of [...this.#live.values()]) {
      if (before.get(input.key)?.topic !== this.#settings.get(input.key)?.topic) this.#remove(input);
    }
    for (const input of settings) {
      if (this.#patterns.includes(input)) continue;
      const holder = this.#live.get(input.key);
      // Some topic of a pattern may have had this name: it finds another one with its next frame.
      if (holder !== undefined && holder.key !== input.key) this.#remove(holder);
      if (holder?.key !== input.key) this.#add(new LiveInput(input.key, input.key, input.topic));
    }
  }

  /** @returns whether some input takes it, be it a good frame or a bad one */
  receive(message: IncomingMessage): boolean {
    this.#makeInputs(message.topic);
    const inputs = this.#byTopic.get(message.topic) ?? [];
    for (const input of inputs) this.#take(input, message);
    return inputs.length > 0;
  }

  /** The engine found the picture bad. */
  refuse(name: string, trouble: Trouble): void {
    this.#live.get(name)?.refuse(trouble);
  }

  /** The engine answered a frame: ends the state `error` at once, and not only with the next but one. */
  answered(name: string): void {
    this.#live.get(name)?.answered();
  }

  /** For `snapshot`; null where none came, or too many others did since. */
  newestFrame(name: string): Frame | null {
    return this.#live.get(name)?.newest ?? null;
  }

  /** @param dropped frames of the input that the scheduler let go */
  status(name: string, dropped: number): InputStatusDocument {
    const input = this.#live.get(name) ?? new LiveInput(name, name, "");
    const staleAfterMs = this.#settings.get(input.key)?.staleAfterMs ?? 0;
    return input.status(dropped, staleAfterMs, this.#deps.clock.monotonicMs());
  }

  #take(input: LiveInput, message: IncomingMessage): void {
    const settings = this.#settings.get(input.key);
    if (settings === undefined) return;
    const content = unwrap(message.payload, message.userProperties, settings, `inputs.${input.name}`);
    if (!content.ok) {
      input.reject(content.trouble, this.#deps.clock.monotonicMs());
      this.#deps.onBad(input.name, content.trouble);
      return;
    }
    const keptBefore = input.newest?.payload.byteLength ?? 0;
    const frame = input.accept({ ...content.value, payload: worthKeeping(content.value.payload) }, this.#deps.clock);
    this.#keepNewest(input, frame.payload.byteLength - keptBefore);
    this.#deps.onFrame(frame, input.key);
  }

  #makeInputs(topic: string): void {
    for (const { key, topic: pattern } of this.#patterns) {
      if (this.#byTopic.get(topic)?.some((input) => input.key === key)) continue;
      const levels = matchedLevels(pattern, topic);
      if (levels === null) continue;
      if ([...this.#live.values()].filter((input) => input.key === key).length >= MAX_PER_PATTERN) {
        this.overflow += 1;
        this.#deps.onBad(key, tooManyInputs(key, pattern));
        continue;
      }
      // A configured name is never given away, even before its input exists.
      const name = nameOfMatch(key, levels, (taken) => this.#live.has(taken) || this.#settings.has(taken));
      this.#add(new LiveInput(name, key, topic));
      this.#deps.onNewInput(name, key);
    }
  }

  #add(input: LiveInput): void {
    this.#live.set(input.name, input);
    this.#byTopic.set(input.topic, [...(this.#byTopic.get(input.topic) ?? []), input]);
  }

  #remove(input: LiveInput): void {
    this.#live.delete(input.name);
    const others = this.#byTopic.get(input.topic)?.filter((other) => other !== input) ?? [];
    if (others.length > 0) this.#byTopic.set(input.topic, others);
    else this.#byTopic.delete(input.topic);
    this.#letGo(input);
  }

  #keepNewest(input: LiveInput, growth: number): void {
    this.#kept.delete(input);
    this.#kept.add(input);
    this.#keptBytes += growth;
    for (const other of this.#kept) {
      if (this.#keptBytes <= MAX_KEPT_BYTES || other === input) return;
      this.#letGo(other);
    }
  }

  #letGo(input: LiveInput): void {
    this.#keptBytes -= input.newest?.payload.byteLength ?? 0;
    input.newest = null;
    this.#kept.delete(input);
  }
}

/**
 * The payload, copied where keeping it would keep much more alive: the client library cuts small messages out of the 64 KiB that it reads
 * from the socket at once. Large ones have a buffer of their own.
 */
function worthKeeping(payload: Uint8Array): Uint8Array {
  const heldBytes = payload.buffer.byteLength;
  return heldBytes > 2 * payload.byteLength ? new Uint8Array(payload) : payload;
}

function tooManyInputs(key: string, pattern: string): Trouble {
  return {
    code: "too-many-inputs",
    where: `inputs.${key}`,
    what: `more than ${MAX_PER_PATTERN} topics match ${pattern}; the others are not looked at`,
    remedy: "write a narrower topic, or name the topics one by one",
  };
}
