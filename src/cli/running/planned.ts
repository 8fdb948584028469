import { trialsOf } from "../../metrics/search/search.ts";
import { longestNs, maxRepetitionNs, type PhasePlan, type Plan } from "../../model/plan/plan.ts";
import { plain } from "../../report/parts/document.ts";
import { formatCount, formatDuration } from "../../report/parts/format.ts";
import { soughtWords } from "../../report/run/words/search.ts";
import type { Pair } from "./pairs.ts";

/**
 * One line with the planned time of all runs; no line for a single run. Phases that a count ends,
 * preparation and cleanup have no planned time and are not included.
 */
export function plannedTimeLines(pairs: readonly Pair[], times: number): readonly string[] {
  const count = pairs.length * times;
  if (count < 2) return [];
  const spans = pairs.map(({ plan, target }) => ({ plan, target, ns: plannedNs(plan) }));
  const totalNs = spans.reduce((sum, { ns }) => sum + ns, 0) * times;
  if (totalNs === 0) return [];
  const longest = spans.reduce((a, b) => (b.ns > a.ns ? b : a));
  const counted = pairs.flatMap(({ plan }) => plan.phases).filter(endsByCount).length * times;
  const phases = counted === 1 ? "1 phase ends" : `${formatCount(counted)} phases end`;
  const more = counted === 0 ? "" : `; ${phases} by a count, without a planned time`;
  const name = `${longest.plan.name} on ${longest.target.name}`;
  return [
    `${formatCount(count)} runs, at most ${formatDuration(totalNs)} of load as planned; ` +
      `longest: ${name}, ${formatDuration(longest.ns)}${more}`,
  ];
}

/** Longest time of all phases that time ends: warm-ups and all points of searches included. */
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

/** One line per phase that searches for a load, with the objective and the time it takes. */
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
      `${name}: searches for ${plain(soughtWords({ ...find, slo }))}${again}; usually about ` +
        `${formatCount(usual)} points of ${formatDuration(eachNs)} each (${total(usual)}), at ` +
        `most ${formatCount(most)} (${total(most)})`,
    ];
  });
}
