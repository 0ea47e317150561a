// A changed configuration, taken over by touching only what changed. Everything that can fail comes first: a reload that
// can't be carried out leaves the former configuration in force, whole.

import { type Checked, ok, type Result } from "../base/result.js";
import type { Trouble } from "../base/trouble.js";
import { type ConfigChange, configChange } from "../config/change.js";
import type { LoadedConfig } from "../config/load.js";
import type { EngineSet } from "../engine/host/supervisor.js";
import { engineOptions } from "./engine-options.js";
import type { OperatorChoice } from "./operator-choices.js";
import type { PipelinePlan } from "./pipeline-live.js";
import { isSameSet, Pipelines } from "./pipelines.js";

export interface ReloadParts {
  readonly load: () => Promise<Checked<LoadedConfig>>;
  readonly inForce: () => LoadedConfig;
  readonly plan: (loaded: LoadedConfig) => Promise<PipelinePlan[]>;
  readonly choices: ReadonlyMap<string, OperatorChoice>;
  readonly engineSet: () => EngineSet;
  /** Starts an engine with the set and calls `flip` in the moment it takes over. */
  replaceEngine(set: EngineSet, flip: () => void): Promise<Result<void>>;
  /** Puts the configuration in force; can't fail. */
  apply(loaded: LoadedConfig, plans: readonly PipelinePlan[], change: ConfigChange): void;
}

/** @returns every trouble for which the configuration was refused */
export async function reload(parts: ReloadParts): Promise<Checked<ConfigChange>> {
  const loaded = await parts.load();
  if (!loaded.ok) return loaded;
  const change = configChange(parts.inForce().config, loaded.value.config);
  if (change.node) return refused(needsRestart(loaded.value));
  const plans = await parts.plan(loaded.value);
  const wanted = wantedSet(plans, parts.choices, loaded.value);
  const apply = () => parts.apply(loaded.value, plans, change);
  if (!needsAnotherEngine(parts.engineSet(), wanted)) {
    apply();
    return ok(change);
  }
  const replaced = await parts.replaceEngine(wanted, apply);
  return replaced.ok ? ok(change) : refused(replaced.trouble);
}

function wantedSet(
  plans: readonly PipelinePlan[],
  choices: ReadonlyMap<string, OperatorChoice>,
  loaded: LoadedConfig,
): EngineSet {
  const variants = new Pipelines(plans, new Map(choices)).wantedVariants();
  return { variants, options: engineOptions(loaded.config) };
}

/** The order in which variants were loaded matters to nobody once they are resident. */
function needsAnotherEngine(present: EngineSet, wanted: EngineSet): boolean {
  const byKey = (set: EngineSet) => [...set.variants].sort((a, b) => (a.key < b.key ? -1 : 1));
  return (
    !isSameSet(byKey(present), byKey(wanted)) || JSON.stringify(present.options) !== JSON.stringify(wanted.options)
  );
}

function needsRestart(loaded: LoadedConfig): Trouble {
  return {
    code: "needs-restart",
    where: loaded.at(["node"]),
    what: "the node's id, name or data directory changed, which a reload can't take over",
    remedy: "restart the daemon (systemctl restart isotherm), or put `node` back as it was",
  };
}

function refused(trouble: Trouble): Checked<never> {
  return { ok: false, troubles: [trouble] };
}
