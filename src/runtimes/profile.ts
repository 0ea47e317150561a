// Which provider ran each node, from the profile that ONNX Runtime writes (a Chrome trace). Pure: the text goes in.

import type { Provider } from "../contract/manifest.js";

/** What one profiled run showed. */
export interface NodePlacement {
  /** Nodes by provider, under our names; a provider that we have no name for keeps its own. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Operators that ran elsewhere than on `first`, with how many nodes each: for the text of a fallback. */
  readonly elsewhere: Readonly<Record<string, number>>;
}

const NAMES: Readonly<Record<string, Provider>> = {
  CPUExecutionProvider: "cpu",
  CUDAExecutionProvider: "cuda",
  TensorrtExecutionProvider: "tensorrt",
};

/** Arithmetic on shapes: ONNX Runtime keeps it on the CPU on purpose, where the numbers are needed; no sign of a fallback. */
const CPU_BY_DESIGN = new Set(["Shape", "Size", "Gather", "Concat", "Unsqueeze", "Squeeze", "Slice", "Cast", "Range"]);
/** Copies between devices are the price of a placement, not nodes of the model. */
const COPIES = new Set(["MemcpyToHost", "MemcpyFromHost"]);

/** @param first the provider that should have run all; @returns null where the text is no profile or shows no node */
export function placementOf(profile: string, first: Provider): NodePlacement | null {
  const nodes: Record<string, number> = {};
  const elsewhere: Record<string, number> = {};
  const seen = new Set<string>();
  for (const event of eventsOf(profile)) {
    const { name, provider, operator } = event;
    // A node inside a loop runs many times; it is one node.
    if (COPIES.has(operator) || seen.has(name)) continue;
    seen.add(name);
    const known = NAMES[provider] ?? provider;
    nodes[known] = (nodes[known] ?? 0) + 1;
    if (known !== first && !(known === "cpu" && CPU_BY_DESIGN.has(operator)))
      elsewhere[operator] = (elsewhere[operator] ?? 0) + 1;
  }
  return seen.size === 0 ? null : { nodes, elsewhere };
}

/** The provider that ran most of the nodes; `otherwise` where none of ours did. */
export function mainProvider(nodes: Readonly<Record<string, number>>, otherwise: Provider): Provider {
  let best: Provider | null = null;
  for (const provider of Object.values(NAMES))
    if ((nodes[provider] ?? 0) > (best === null ? 0 : (nodes[best] ?? 0))) best = provider;
  return best ?? otherwise;
}

interface KernelEvent {
  readonly name: string;
  readonly provider: string;
  readonly operator: string;
}

function eventsOf(profile: string): KernelEvent[] {
  let events: unknown;
  try {
    events = JSON.parse(profile);
  } catch {
    // A full disk cuts the file short: no profile, then.
    return [];
  }
  return Array.isArray(events) ? events.flatMap(kernelEvent) : [];
}

function kernelEvent(event: unknown): KernelEvent[] {
  if (!isRecord(event) || event.cat !== "Node" || !isRecord(event.args)) return [];
  const { name, args } = event;
  const { provider, op_name: operator } = args;
  if (typeof name !== "string" || typeof provider !== "string" || typeof operator !== "string") return [];
  return name.endsWith("_kernel_time") ? [{ name, provider, operator }] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
