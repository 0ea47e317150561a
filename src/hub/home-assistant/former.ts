// What was announced before: read back from our own retained document, which anyone with a key to the broker could have written.

import { z } from "zod";
import { type Component, PLATFORMS } from "./component.js";

export interface FormerDocument {
  /** By id; those that were only being taken away are left out. */
  readonly components: Readonly<Record<string, Component>>;
  /** Inputs that readings or diagnostics were announced for. */
  readonly inputs: readonly string[];
}

export const NO_FORMER: FormerDocument = { components: {}, inputs: [] };

/** More than we ever publish; what is larger is not ours. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
const MAX_FORMER = 2000;

const Announced = z.looseObject({
  platform: z.enum(PLATFORMS),
  unique_id: z.string(),
  default_entity_id: z.string(),
  name: z.string(),
});
const Document = z.looseObject({ components: z.record(z.string().regex(/^[a-z0-9._-]+$/), z.unknown()) });

/** Whatever is no such document announced nothing. */
export function readDocument(payload: string | Uint8Array): FormerDocument {
  if (payload.length === 0 || payload.length > MAX_DOCUMENT_BYTES) return NO_FORMER;
  const document = Document.safeParse(parsed(payload));
  if (!document.success) return NO_FORMER;
  const components: Record<string, Component> = {};
  const inputs = new Set<string>();
  for (const [id, given] of Object.entries(document.data.components).slice(0, MAX_FORMER)) {
    const component = Announced.safeParse(given);
    if (!component.success) continue;
    components[id] = component.data;
    const [kind, first, second] = id.split(".");
    if (kind === "reading" && second !== undefined) inputs.add(second);
    if (kind === "input" && first !== undefined) inputs.add(first);
  }
  return { components, inputs: [...inputs] };
}

function parsed(payload: string | Uint8Array): unknown {
  try {
    return JSON.parse(
      typeof payload === "string" ? payload : new TextDecoder("utf-8", { fatal: true }).decode(payload),
    );
  } catch {
    return null;
  }
}
