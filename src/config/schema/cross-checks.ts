// Rules between keys: a pipeline's inputs exist, files of TLS go with TLS. They run beside the schema's own rules and see
// what is written even where other keys are wrong, so they take nothing for granted.

import type { z } from "zod";
import { nearestName } from "../../base/nearest.js";

type Report = (path: readonly (string | number)[], what: string, remedy: string) => void;
type Mapping = Readonly<Record<string, unknown>>;

export function checkReferences(config: unknown, context: z.RefinementCtx): void {
  const report: Report = (path, what, remedy) => {
    context.addIssue({ code: "custom", path: [...path], message: what, params: { remedy } });
  };
  const root = mapping(config);
  const inputs = mapping(root.inputs);
  const mqtt = mapping(root.mqtt);
  checkTls(mqtt, report);
  for (const [name, input] of Object.entries(inputs)) checkInput(name, mapping(input), mqtt, report);
  for (const [name, pipeline] of Object.entries(mapping(root.pipelines))) {
    checkPipeline(name, mapping(pipeline), Object.keys(inputs), report);
  }
}

function checkTls(mqtt: Mapping, report: Report): void {
  const { url } = mqtt;
  const isPlain = typeof url === "string" && /^(?:mqtt|ws):/i.test(url);
  for (const key of ["ca", "cert", "key"]) {
    if (isPlain && mqtt[key] !== undefined) {
      report(["mqtt", key], "it is not used: the address is one without TLS", "write mqtts:// or wss:// in mqtt.url");
    }
  }
  for (const [one, other] of [["cert", "key"] as const, ["key", "cert"] as const]) {
    if (mqtt[one] !== undefined && mqtt[other] === undefined) {
      report(["mqtt", one], `it is of no use without ${other}`, `add mqtt.${other}, or remove mqtt.${one}`);
    }
  }
}

function checkInput(name: string, input: Mapping, mqtt: Mapping, report: Report): void {
  const { encoding, raw } = input;
  if (raw !== undefined && encoding !== undefined && encoding !== "raw" && encoding !== "json") {
    report(["inputs", name, "raw"], "it is for raw pixels only", "write encoding: raw (or json), or remove raw");
  }
  if (raw === undefined && encoding === "raw" && mqtt.protocol === "3.1.1") {
    const what = "raw pixels need a format, a width and a height, which MQTT 3.1.1 cannot carry";
    report(["inputs", name, "encoding"], what, "add raw: { format: rgb, width: 640, height: 480 }");
  }
}

function checkPipeline(name: string, pipeline: Mapping, inputs: readonly string[], report: Report): void {
  const at = ["pipelines", name];
  const chosen = Array.isArray(pipeline.inputs) ? pipeline.inputs : [];
  chosen.forEach((input: unknown, index) => {
    if (typeof input !== "string") return;
    if (!inputs.includes(input))
      report([...at, "inputs", index], `there is no input "${input}"`, inputRemedy(input, inputs));
    else if (chosen.indexOf(input) < index) report([...at, "inputs", index], `"${input}" stands twice`, "remove one");
  });
  const { variants, variant } = pipeline;
  if (Array.isArray(variants) && typeof variant === "string" && !variants.includes(variant)) {
    report([...at, "variant"], `"${variant}" is not one of variants`, `write one of ${variants.join(", ")}`);
  }
  const { min, max } = mapping(pipeline.value);
  if (typeof min === "number" && typeof max === "number" && min >= max) {
    report([...at, "value", "max"], `${max} is not more than min, ${min}`, "write the high end of the scale as max");
  }
}

function inputRemedy(name: string, inputs: readonly string[]): string {
  if (inputs.length === 0) return `add it below inputs: ${name}: { mqtt: { topic: … } }`;
  const near = nearestName(name, inputs);
  return near === null ? `inputs are: ${inputs.join(", ")}` : `did you mean "${near}"?`;
}

function mapping(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}
