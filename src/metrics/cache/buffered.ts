import { SENDS } from "../../model/plan/operation.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";

/** Whether a phase went past the page cache: `direct` was asked for, and the file system did it. */
export function isDirect({ phase, cache }: Pick<PhaseResult, "phase" | "cache">): boolean {
  return phase.cache === "direct" && cache.cacheFilled !== true;
}

/**
 * Whether a phase's writes are complete when this machine's page cache has them: where `direct` was
 * not asked for, or the file system did it through the page cache all the same.
 */
export function isBuffered(
  target: TargetSpec,
  result: Pick<PhaseResult, "phase" | "cache">,
): boolean {
  const { phase } = result;
  if (isDirect(result)) return false;
  if (target.address.kind !== "path" && target.address.kind !== "device") return false;
  // With syncs a write still ends in the cache, but the rate is that of durable writes.
  if (phase.dsync || phase.sync != null) return false;
  return phase.mix.some(({ operation }) => SENDS.has(operation));
}
