// Which providers to try, in which order, and what to say when the first one asked for did not do the work.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Provider } from "../contract/manifest.js";
import type { NodePlacement } from "./profile.js";

/** Providers in libraries of their own, which the npm package lacks unless somebody put them beside it. */
const SEPARATE: ReadonlySet<string> = new Set(["cuda", "tensorrt"]);

/** Of the backends that the binding was built for, those whose library is really there: it would complain on stderr otherwise. */
export function presentProviders(backends: readonly { readonly name: string }[]): readonly string[] {
  const libraries = libraryDirectory();
  return backends
    .map((backend) => backend.name)
    .filter((name) => !SEPARATE.has(name) || existsSync(join(libraries, `libonnxruntime_providers_${name}.so`)));
}

function libraryDirectory(): string {
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
  return join(dirname(entry), "..", "bin", "napi-v6", process.platform, process.arch);
}

export interface ProviderPlan {
  /** As asked for, without repetitions. */
  readonly requested: readonly Provider[];
  /** Lists to try one after the other; each ends with the CPU, the last one is the CPU alone. */
  readonly attempts: readonly (readonly Provider[])[];
  /** Asked for, and not in this installation. */
  readonly missing: readonly Provider[];
}

export function planProviders(asked: readonly Provider[], present: readonly string[]): ProviderPlan {
  const isPresent = (provider: Provider) => provider === "cpu" || present.includes(provider);
  const requested = asked.length === 0 ? (["cpu"] as const) : [...new Set(asked)];
  // What stands behind the CPU would never be given a node.
  const beforeCpu = requested.includes("cpu") ? requested.slice(0, requested.indexOf("cpu")) : requested;
  const chain: Provider[] = [...beforeCpu.filter(isPresent), "cpu"];
  return {
    requested,
    attempts: chain.map((_, i) => chain.slice(i)),
    missing: requested.filter((provider) => !isPresent(provider)),
  };
}

/** What happened to the first provider asked for; null where it ran all that it could. */
export function fallbackText(
  plan: ProviderPlan,
  failures: Readonly<Partial<Record<Provider, string>>>,
  placement: NodePlacement | null,
): string | null {
  const first = plan.requested[0] ?? "cpu";
  if (plan.missing.includes(first)) return `${first}: this installation of ONNX Runtime does not have it`;
  const failure = failures[first];
  if (failure !== undefined) return `${first} did not start: ${failure}`;
  if (placement === null) return null;
  const away = Object.values(placement.elsewhere).reduce((sum, count) => sum + count, 0);
  if (away === 0) return null;
  const operators = Object.entries(placement.elsewhere).map(([operator, count]) => `${count} ${operator}`);
  const all = Object.values(placement.nodes).reduce((sum, count) => sum + count, 0);
  return `${first} ran ${placement.nodes[first] ?? 0} of ${all} nodes, others ran ${listed(operators)}`;
}

/** A whole list would not fit a document: the first few say where to look. */
const MAX_LISTED = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).join(", ");
  return names.length <= MAX_LISTED ? shown : `${shown} and others`;
}
