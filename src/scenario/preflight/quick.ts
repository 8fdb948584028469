import { BLOCKS, MODIFIES } from "../../model/plan/operation.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { type SupportedPart, withoutPhases } from "./supported.ts";

/** Parts of a quick run by what the target allows. */
export interface QuickParts {
  readonly scenario: "quick" | "quick-bucket";
  /** Phases that time ends. */
  readonly timedPhases: number;
  readonly includes: (phase: PhasePlan) => boolean;
  readonly leftOut: string | null;
}

/** Returns the parts of a quick run for a target. */
export function partsOf({ address }: TargetSpec): QuickParts {
  if (address.kind === "bucket") {
    return {
      scenario: "quick-bucket",
      timedPhases: 10,
      includes: () => true,
      leftOut: null,
    };
  }
  const all = { scenario: "quick", timedPhases: 12 } as const;
  if (address.kind === "path") return { ...all, includes: () => true, leftOut: null };
  const operations = ({ mix }: PhasePlan) => mix.map(({ operation }) => operation);
  const isOfBlocks = (phase: PhasePlan) => operations(phase).every((one) => BLOCKS.has(one));
  const isWritable = address.kind === "memory" || address.writable;
  if (isWritable) {
    const leftOut = "small files: the target has no files";
    return { ...all, includes: isOfBlocks, leftOut };
  }
  return {
    ...all,
    timedPhases: 8,
    includes: (phase) => isOfBlocks(phase) && !operations(phase).some((one) => MODIFIES.has(one)),
    leftOut: "writes (they need --allow-destructive) and small files (a device has none)",
  };
}

/**
 * Removes the phases of the scenarios of `assay quick` that it leaves out on a target, so that
 * `run` and `check` of these scenarios have the same rules. Other plans are returned unchanged.
 */
export function quickPart(plan: Plan, target: TargetSpec): SupportedPart {
  const { scenario, includes, leftOut } = partsOf(target);
  if (plan.name !== scenario) return { plan, skipped: [] };
  const skipped = plan.phases.flatMap((phase) =>
    includes(phase) ? [] : [{ phase: phase.name, reason: `left out: ${leftOut}`, thresholds: 0 }],
  );
  return { plan: withoutPhases(plan, skipped), skipped };
}
