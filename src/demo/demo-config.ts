// The demo's configuration: what a person would write for three cameras that look at three gauges. Pure.

import { DEMO_GAUGES, pictureTopic } from "./gauges.js";

export const DEMO_NODE = "demo";

/** The value of a configuration file, before it is checked like any other. */
export function demoConfig(brokerUrl: string, dataDirectory: string): object {
  return {
    version: 1,
    node: { id: DEMO_NODE, name: "Isotherm demo", data_dir: dataDirectory },
    mqtt: { url: brokerUrl, protocol: "3.1.1" },
    inputs: Object.fromEntries(DEMO_GAUGES.map(({ name }) => [name, { mqtt: { topic: pictureTopic(name) } }])),
    pipelines: Object.fromEntries(
      DEMO_GAUGES.map(({ name, title, scale }) => [
        name,
        {
          name: title,
          inputs: [name],
          model: "gauge-reader",
          value: { name: title, unit: scale.unit, min: scale.min, max: scale.max },
        },
      ]),
    ),
    log: { level: "warn", format: "text" },
  };
}
