import { trialsOf } from "../../metrics/search/search.ts";
import { longestGoNs, type Plan } from "../../model/plan/plan.ts";
import { plain } from "../../report/parts/document.ts";
import { formatCount, formatDuration } from "../../report/parts/format.ts";
import { soughtWords } from "../../report/run/search-words.ts";

/** One line a phase that searches: what for, and how long that takes. */
export function searchLines(plan: Plan): readonly string[] {
  return plan.phases.flatMap((phase) => {
    const { name, find } = phase;
    if (find === undefined) return [];
    const slo = find.slo.map(({ text }) => text);
    const { usual, most } = trialsOf(find);
    const eachNs = longestGoNs(phase);
    const total = (points: number) => formatDuration(points * eachNs * plan.repetitions);
    const again = plan.repetitions > 1 ? `, ${plan.repetitions} times` : "";
    return [
      `${name}: looks for ${plain(soughtWords({ ...find, slo }))}${again}; usually some ` +
        `${formatCount(usual)} points of ${formatDuration(eachNs)} (${total(usual)}), at most ` +
        `${formatCount(most)} (${total(most)})`,
    ];
  });
}
