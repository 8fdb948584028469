import { PreflightError } from "../../model/fault/errors.ts";
import { needsOf, ON_PATHS, OPERATION, type Operation } from "../../model/plan/operation.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";

/** Runs all rules and throws one error with one line per rule that failed. */
export function refuseAll(rules: readonly (() => void)[]): void {
  const refused: PreflightError[] = [];
  for (const rule of rules) {
    try {
      rule();
    } catch (error) {
      if (!(error instanceof PreflightError)) throw error;
      refused.push(error);
    }
  }
  const [first, ...others] = refused;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new PreflightError(refused.map(({ message }) => message).join("\n"));
}

/** Whether an operation reads or writes in blocks, so that it can use O_DIRECT. */
function canBeDirect(operation: Operation): boolean {
  const { unit, moves } = OPERATION[operation];
  return ON_PATHS.has(operation) && (unit === "block" || moves === "brings");
}

/** Smallest block size in bytes of each phase with direct I/O. */
export function directBlocks({ phases }: Plan): readonly number[] {
  return phases
    .filter(
      ({ cache, mix }) => cache === "direct" && mix.some(({ operation }) => canBeDirect(operation)),
    )
    .map(({ blockBytes, blockMix }) => blockMix[0]?.bytes ?? blockBytes);
}

/**
 * Sets of datasets that are in the target at the same time, phase by phase: those that exist
 * before a phase and the one it needs or creates. Each set is listed once.
 */
export function datasetsTogether(plan: Plan): readonly (readonly string[])[] {
  const present = new Set<string>();
  const together: (readonly string[])[] = [];
  for (const phase of plan.phases) {
    const needed = new Set([...present, phase.dataset]);
    together.push([...needed]);
    if (needsOf(operationsOf(phase)) === "present") present.add(phase.dataset);
    // How much a phase creates or deletes depends on its duration; this is the minimum.
    if (operationsOf(phase).some((one) => OPERATION[one].files === "removed")) {
      present.delete(phase.dataset);
    }
  }
  const seen = new Set<string>();
  return together.filter((names) => {
    const key = names.toSorted().join(" ");
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}

function operationsOf({ mix }: PhasePlan) {
  return mix.map(({ operation }) => operation);
}
