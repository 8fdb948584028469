import type { Plan } from "../../model/plan/plan.ts";
import type { SkippedPhase } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { oneOf } from "../../yaml/nearest.ts";
import { type Host, unsupported } from "./preflight.ts";

/** The part of a plan that a target supports. */
export interface SupportedPart {
  readonly plan: Plan;
  readonly skipped: readonly SkippedPhase[];
}

/** Share of the phases that must remain: the scenario is not meant for a target without them. */
const MIN_SHARE = 0.5;

/**
 * Removes the phases for which the target lacks a feature. A plan that would lose more than half of
 * its phases, or has a phase with another obstacle, is returned unchanged: `preflight` refuses it.
 */
export function supportedPart(plan: Plan, target: TargetSpec, host: Host): SupportedPart {
  const found = unsupported(plan, target, host);
  const reasons = new Map(found.map(({ phase, reason }) => [phase, reason]));
  const remaining = plan.phases.length - found.length;
  const isWhole = found.length === 0 || remaining < plan.phases.length * MIN_SHARE;
  if (isWhole || found.some(({ byTarget }) => !byTarget)) return { plan, skipped: [] };
  const skipped = plan.phases.flatMap(({ name, thresholds = [] }): SkippedPhase[] => {
    const reason = reasons.get(name);
    return reason === undefined ? [] : [{ phase: name, reason, thresholds: thresholds.length }];
  });
  return { plan: withoutPhases(plan, skipped), skipped };
}

/** Returns a plan without some phases, and without the datasets that only these use. */
export function withoutPhases(plan: Plan, skipped: readonly Pick<SkippedPhase, "phase">[]): Plan {
  const names = new Set(skipped.map(({ phase }) => phase));
  const removed = plan.phases.filter(({ name }) => names.has(name));
  if (removed.length === 0) return plan;
  const phases = plan.phases.filter(({ name }) => !names.has(name));
  const used = new Set(phases.map(({ dataset }) => dataset));
  const unused = new Set(removed.map(({ dataset }) => dataset).filter((name) => !used.has(name)));
  return { ...plan, phases, datasets: plan.datasets.filter(({ name }) => !unused.has(name)) };
}

/**
 * Returns why a run of several scenarios skips one on a target, one line; null if it does not.
 * Unlike `preflight`, it also checks the kinds of target that the scenario is intended for.
 */
export function skipReason(plan: Plan, target: TargetSpec, host: Host): string | null {
  const { targets } = plan;
  if (targets !== undefined && !targets.includes(target.kind)) {
    return `the scenario is for ${oneOf(targets)}, but the target is \`${target.kind}\``;
  }
  const [first, ...others] = unsupported(plan, target, host);
  if (first === undefined) return null;
  const more = others.length === 0 ? "" : ` (and ${others.length} more of its phases)`;
  return `${first.phase}: ${first.reason}${more}`;
}
