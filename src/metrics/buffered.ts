import { SENDS } from "../model/operation.ts";
import type { PhasePlan } from "../model/plan.ts";
import type { TargetSpec } from "../model/target.ts";

/** Whether a phase's writes are complete when this machine's page cache has them. */
export function isBuffered(target: TargetSpec, phase: PhasePlan): boolean {
  if (phase.cache === "direct") return false;
  if (target.address.kind !== "path" && target.address.kind !== "device") return false;
  // With syncs a write still ends in the cache, but the rate is that of durable writes.
  if (phase.dsync || phase.sync != null) return false;
  return phase.mix.some(({ operation }) => SENDS.has(operation));
}
