import { trialsOf } from "../../metrics/search/search.ts";
import { maxRepetitionNs, type Plan } from "../../model/plan/plan.ts";
import { plain } from "../../report/parts/document.ts";
import { formatCount, formatDuration } from "../../report/parts/format.ts";
import { soughtWords } from "../../report/run/words/search.ts";

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
