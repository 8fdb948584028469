import { MODIFIES } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { WorkerMeasurement } from "../../model/run/measurement.ts";
import type { TargetSession } from "../../storage/target/target.ts";
import type { ResolvedPhase } from "../execute.ts";

/** Tells the target of the writes that a phase left unanswered. */
export function tellCutOff(session: TargetSession, workers: readonly WorkerMeasurement[]): void {
  const count = workers.reduce((sum, { cutOffWrites = 0 }) => sum + cutOffWrites, 0);
  if (count > 0) session.cutOff?.({ count, isMost: false });
}

/** The same of a phase that never told: each of its slots may have had a write under way. */
export function tellUnknownCutOff(
  session: TargetSession,
  phase: PhasePlan,
  { threads, depth }: ResolvedPhase,
): void {
  if (!phase.mix.some(({ operation }) => MODIFIES.has(operation))) return;
  session.cutOff?.({ count: threads * depth, isMost: true });
}
