import { trialsOf } from "../../metrics/search/search.ts";
import { longestNs, maxRepetitionNs, type PhasePlan, type Plan } from "../../model/plan/plan.ts";
import { plain } from "../../report/parts/document.ts";
import { formatCount, formatDuration } from "../../report/parts/format.ts";
import { soughtWords } from "../../report/run/words/search.ts";
import type { PlannedRun } from "./pairs.ts";

/**
 * How long several runs take by what their plans say, for whoever starts them in the afternoon; no
 * line for a single one. What a count ends, laying out data and cleaning up come on top.
 */
export function plannedTimeLines(pairs: readonly PlannedRun[], times: number): readonly string[] {
  const count = pairs.length * times;
  if (count < 2) return [];
  const spans = pairs.map(({ plan, target }) => ({ plan, target, ns: plannedNs(plan) }));
  const totalNs = spans.reduce((sum, { ns }) => sum + ns, 0) * times;
  if (totalNs === 0) return [];
  const longest = spans.reduce((a, b) => (b.ns > a.ns ? b : a));
  const counted = pairs.flatMap(({ plan }) => plan.phases).filter(endsByCount).length * times;
  const more = counted === 0 ? "" : `; ${formatCount(counted)} of their phases end by a count`;
  const name = `${longest.plan.name} on ${longest.target.name}`;
  return [
    `${formatCount(count)} runs, ${formatDuration(totalNs)} of load at most by their plans, ` +
      `the longest ${name} with ${formatDuration(longest.ns)}${more}`,
  ];
}

/** Phases that time ends, at their longest, with their warm-ups and the most points of searches. */
function plannedNs({ phases, repetitions }: Plan): number {
  return phases.reduce((sum, phase) => sum + phaseNs(phase), 0) * repetitions;
}

function phaseNs(phase: PhasePlan): number {
  const { find, restore } = phase;
  if (endsByCount(phase)) return restore?.deadlineNs ?? 0;
  return maxRepetitionNs(phase) * (find === undefined ? 1 : trialsOf(find).most);
}

function endsByCount({ limit }: PhasePlan): boolean {
  return longestNs(limit) === null;
}

/** One line a phase that searches: what for, and how long that takes. */
export function searchLines(plan: Plan): readonly string[] {
  return plan.phases.flatMap((phase) => {
    const { name, find } = phase;
    if (find === undefined) return [];
    const slo = find.slo.map(({ text }) => text);
    const { usual, most } = trialsOf(find);
    const eachNs = maxRepetitionNs(phase);
    const total = (points: number) => formatDuration(points * eachNs * plan.repetitions);
    const again = plan.repetitions > 1 ? `, ${plan.repetitions} times` : "";
    return [
      `${name}: looks for ${plain(soughtWords({ ...find, slo }))}${again}; usually some ` +
        `${formatCount(usual)} points of ${formatDuration(eachNs)} (${total(usual)}), at most ` +
        `${formatCount(most)} (${total(most)})`,
    ];
  });
}
