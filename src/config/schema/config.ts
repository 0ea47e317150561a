// The whole configuration: types, validation, JSON Schema and the reference file come from here.

import { z } from "zod";
import { checkReferences } from "./cross-checks.js";
import { EngineSection } from "./engine.js";
import { HomeAssistantSection } from "./home-assistant.js";
import { InputsSection } from "./inputs.js";
import { LogSection } from "./log.js";
import { MqttSection } from "./mqtt.js";
import { NodeSection } from "./node.js";
import { PipelinesSection } from "./pipelines.js";
import type { Bytes } from "./quantity.js";
import { TelemetrySection } from "./telemetry.js";

/** As a file may hold it. What depends on the machine (host name, memory) is still open here: see config/machine.ts. */
export const ConfigSchema = z
  .strictObject({
    version: z.literal(1).describe("version of this format"),
    node: NodeSection,
    mqtt: MqttSection,
    home_assistant: HomeAssistantSection,
    engine: EngineSection,
    inputs: InputsSection,
    pipelines: PipelinesSection,
    telemetry: TelemetrySection,
    log: LogSection,
  })
  // `when`: also where something else is wrong, so that all troubles come at once.
  .superRefine(checkReferences, { when: () => true });

/** What the file said, with the schema's defaults. */
export type Settings = z.infer<typeof ConfigSchema>;

/** What the program works with: nothing is open any more. Keys as in YAML; durations in ms, sizes in bytes. */
export interface Config extends Omit<Settings, "node" | "engine"> {
  readonly node: { readonly id: string; readonly name: string; readonly data_dir: string };
  readonly engine: Settings["engine"] & { readonly memory: Bytes };
}
