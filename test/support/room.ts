// What most tests of faults begin with: a broker, and a daemon that says of each picture on `cam` whether it is bright.

import type { Test } from "tap";
import { ResultDocument } from "../../src/contract/result.js";
import { BASE, Daemon, type DaemonOptions } from "./daemon.js";
import { Mosquitto, type MosquittoOptions } from "./mosquitto.js";
import { evenPicture } from "./pictures.js";
import { writeTinyPackage } from "./tiny-model.js";

export interface Room {
  readonly broker: Mosquitto;
  readonly daemon: Daemon;
}

export const LIGHT = {
  inputs: { cam: { mqtt: { topic: "cam" } } },
  pipelines: { light: { inputs: ["cam"], model: "./light" } },
};

/** Sections of `config` replace those of LIGHT. */
export async function lightRoom(
  t: Test,
  options: Partial<DaemonOptions> & { readonly broker?: MosquittoOptions } = {},
): Promise<Room> {
  const broker = await Mosquitto.start(options.broker);
  t.teardown(() => broker.stop());
  const daemon = await Daemon.start(t, broker, {
    ...options,
    config: { ...LIGHT, ...options.config },
    prepare: async (directory) => {
      await writeTinyPackage(directory, "light");
      await options.prepare?.(directory);
    },
  });
  return { broker, daemon };
}

/** Publishes a picture of its own brightness and waits for its answer: the daemon does its job. */
export async function answersAgain({ broker, daemon }: Room, topic = "cam"): Promise<ResultDocument> {
  const since = daemon.watch.now;
  await broker.publish(topic, await evenPicture(1));
  return daemon.watch.document(`${BASE}/result/cam/light`, ResultDocument, () => true, since);
}

/** Bytes that no frame had before: a PNG comment's worth of difference keeps digests apart. */
export async function freshPicture(count: number): Promise<Buffer> {
  return evenPicture(1, "jpeg", [32 + (count % 512), 24 + Math.floor(count / 512)]);
}
