// paho-mqtt, the client that most home-made programs use, against the daemon.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { z } from "zod";
import { ResultDocument } from "../../src/contract/result.js";
import { BASE, Daemon } from "../support/daemon.js";
import { runProgram } from "../support/isotherm.js";
import { Mosquitto, needsMosquitto } from "../support/mosquitto.js";
import { evenPicture } from "../support/pictures.js";
import { type Python, temporaryPython } from "../support/python.js";
import { REPOSITORY } from "../support/shared-data.js";
import { writeTinyPackage } from "../support/tiny-model.js";

const Seen = z.object({
  status: z.object({ retained: z.boolean(), payload: z.string() }),
  result: z.object({ retained: z.boolean(), payload: ResultDocument }),
});

const python: Python =
  needsMosquitto === false
    ? await temporaryPython(["paho-mqtt>=2,<3"], (clean) => t.teardown(clean))
    : { skip: needsMosquitto };
const interpreter = "interpreter" in python ? python.interpreter : "";

t.test("a paho client sends a picture and reads the answer", { skip: "skip" in python && python.skip }, async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.stop());
  const daemon = await Daemon.start(t, broker, {
    config: {
      inputs: { cam: { mqtt: { topic: "cam" } } },
      pipelines: { light: { inputs: ["cam"], model: "./light" } },
    },
    prepare: async (directory) => void (await writeTinyPackage(directory, "light")),
  });
  const picture = join(daemon.directory, "picture.jpg");
  await writeFile(picture, await evenPicture(1));
  const script = join(REPOSITORY, "test/e2e/paho-client.py");
  const run = await runProgram(interpreter, [script, String(broker.port), BASE, "cam", picture]);
  t.equal(run.code, 0, run.stderr);
  const { status, result } = Seen.parse(JSON.parse(run.stdout));
  t.same(status, { retained: true, payload: "online" });
  t.equal(result.retained, false);
  t.match(result.payload, { classes: [{ label: "bright" }] });
  t.equal(result.payload.frame.captured_at, "2026-03-04T05:06:07.000Z");
});
