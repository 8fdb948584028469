import type { FindPlan, SearchBest, SearchPoint } from "../../model/plan/search.ts";
import { unitOfMeasure } from "../../model/plan/threshold.ts";
import { medianInterval, medianOf } from "../statistics/median.ts";

/** What the repetitions of a search's best value came to; null where it has none. */
export function bestOf(
  find: FindPlan,
  points: readonly SearchPoint[],
  value: number | null,
): SearchBest | null {
  const repeated = points.filter((one) => one.role === "repeat" && one.value === value);
  if (value === null || repeated.length === 0) return null;
  return {
    value,
    achievedPerSecond: medianOf(repeated.map((one) => one.achievedPerSecond ?? 0)),
    repetitions: repeated.length,
    met: repeated.filter(({ met }) => met === true).length,
    measures: find.slo.map(({ text, measure }, index) => {
      const values = repeated.map((one) => one.measured[index] ?? null).filter((v) => v !== null);
      return {
        text,
        unit: unitOfMeasure(measure),
        median: values.length === 0 ? null : medianOf(values),
        interval: medianInterval(values),
      };
    }),
  };
}

/** The hardest value of which more than half of all planned repetitions met the objective. */
export function confirmedValue(find: FindPlan, points: readonly SearchPoint[]): number | null {
  const repeated = points.filter(({ role }) => role === "repeat");
  const values = [...Map.groupBy(repeated, ({ value }) => value)].flatMap(([value, group]) => {
    const met = group.filter((one) => one.met === true).length;
    return value !== null && 2 * met > find.repetitions ? [value] : [];
  });
  if (values.length === 0) return null;
  return find.wants === "most" ? Math.max(...values) : Math.min(...values);
}
