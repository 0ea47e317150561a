// The engine's side of the channel to the main process, and its manners as a process. The one place that touches `process`.

import { writeSync } from "node:fs";
import { type Trouble, troubleLine } from "../../base/trouble.js";
import type { Carried, FromEngine, ToEngine } from "../protocol.js";
import { SlotReader } from "./frame-slots.js";

export interface EnginePort {
  /** Resolves once the message is out of this process, or can't get out any more. */
  send(message: FromEngine): Promise<void>;
  onMessage(hear: (message: ToEngine) => void): void;
  /** Ends the process. */
  leave(): void;
}

/**
 * A terminal's Ctrl-C and systemd's stop reach every process of the group: the main process alone decides what that means, and
 * sends `end`. Whoever wants to end the engine itself has SIGKILL.
 */
const LEFT_TO_MAIN: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Takes over this process as an engine. */
export function enginePort(): EnginePort {
  process.title = "isotherm-engine";
  for (const signal of LEFT_TO_MAIN) process.on(signal, () => {});
  // Without its main process an engine has nobody to answer.
  process.on("disconnect", () => process.exit(0));
  process.on("uncaughtException", (thrown) => {
    // stderr is the main process's own: a plain write gets out before the exit.
    writeSync(2, `isotherm-engine: ${thrown.stack ?? thrown.message}\n`);
    process.exit(1);
  });
  return {
    send: (message) =>
      new Promise((resolve) => {
        if (process.send === undefined || !process.connected) resolve();
        else process.send(message, undefined, {}, () => resolve());
      }),
    onMessage: (hear) => {
      const slots = new SlotReader();
      process.on("message", (message) => hear(received(message as Carried, slots)));
    },
    leave: () => process.exit(0),
  };
}

function received(message: Carried, slots: SlotReader): ToEngine {
  if (message.type !== "frame") return message;
  const { payload } = message;
  return { ...message, payload: payload instanceof Uint8Array ? payload : slots.read(payload) };
}

/** For who starts the entry by hand. */
export function withoutChannel(): Trouble | null {
  if (process.send !== undefined) return null;
  return {
    code: "no-channel",
    where: "isotherm-engine",
    what: "the engine was started by itself",
    remedy: "start `isotherm run`; it starts its engine",
  };
}

export function refuseToRun(trouble: Trouble): void {
  process.stderr.write(`${troubleLine(trouble)}\n`);
  process.exitCode = 2;
}
