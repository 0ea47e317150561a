// What most tests of faults begin with: a broker, and a daemon that says of each picture on `cam` whether it is bright.

import type { Test } from "tap";
import type { Trouble } from "../../src/base/trouble.js";
import { ResultDocument } from "../../src/contract/result.js";
import { InputStatusDocument } from "../../src/contract/states.js";
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

export const CAM_STATUS = `${BASE}/input/cam/status`;

/** Sends it; waits until it is counted and named; then a good frame must be answered. @returns its trouble */
export async function refused(room: Room, payload: Buffer, good?: () => Promise<Buffer>): Promise<Trouble> {
  const { broker, daemon } = room;
  const before = daemon.watch.documents(CAM_STATUS, InputStatusDocument).at(-1)?.bad ?? 0;
  const since = daemon.watch.now;
  await broker.publish("cam", payload);
  const status = await daemon.watch.document(CAM_STATUS, InputStatusDocument, ({ bad }) => bad > before, since);
  if (status.last_error === null || status.state !== "error") throw new Error(`no reason: ${JSON.stringify(status)}`);
  if (good === undefined) await answersAgain(room);
  else {
    const after = daemon.watch.now;
    await broker.publish("cam", await good());
    await daemon.watch.until(`${BASE}/result/cam/light`, () => true, after);
  }
  return status.last_error;
}

/** A small JPEG whose header claims 16000 x 16000 or so: 250 megapixels. @param more rows, so that no two are alike */
export async function hugePicture(more = 0): Promise<Buffer> {
  const jpeg = await evenPicture(0.5, "jpeg", [8, 8]);
  // The frame header holds the height at its sixth byte, then the width (ITU-T T.81, B.2.2).
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(16_000 + more, at + 5);
  jpeg.writeUInt16BE(16_000, at + 7);
  return jpeg;
}
