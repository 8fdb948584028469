import { overall } from "../../metrics/phase-result.ts";
import type { Operation } from "../../model/plan/operation.ts";
import type { PhaseResult } from "../../model/run/run.ts";

/** Failures of a phase with one of these codes; with any, if there are none. */
export function failuresWith(codes: readonly string[], { errors }: PhaseResult): number {
  return errors
    .filter(({ code }) => codes.length === 0 || codes.includes(code))
    .reduce((sum, one) => sum + one.count, 0);
}

/** All failures of a phase, whether a code was recorded for them or not. */
export function allFailures(result: PhaseResult): number {
  return Math.max(failuresWith([], result), overall(result)?.errors ?? 0);
}

/** Operations of these kinds that completed inside a phase; absent: of all kinds. */
export function completed(result: PhaseResult, kinds?: readonly Operation[]): number {
  const counted = ({ operations, leftOut = 0 }: (typeof result.summaries)[number]) =>
    operations + leftOut;
  const all = overall(result);
  if (all === null) return 0;
  if (kinds === undefined || result.phase.mix.every(({ operation }) => kinds.includes(operation))) {
    return counted(all);
  }
  return result.summaries
    .filter(({ operation }) => operation !== "all" && kinds.includes(operation))
    .reduce((sum, one) => sum + counted(one), 0);
}
