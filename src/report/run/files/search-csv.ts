import type { Plan } from "../../../model/plan/plan.ts";
import { unitOfMeasure } from "../../../model/plan/threshold.ts";
import type { Run } from "../../../model/run/run.ts";
import { csvText } from "../../format/csv.ts";
import { missesWords } from "../words/search.ts";

/** Column order is part of the format: new columns go to the end. */
const COLUMNS = [
  "phase",
  "search_repetition",
  "by",
  "wants",
  "objective",
  "point",
  "repetition",
  "role",
  "value",
  "offered_per_second",
  "achieved_per_second",
  "response_p50_ns",
  "response_p99_ns",
  "latency_p50_ns",
  "latency_p99_ns",
  "measured",
  "met",
  "end_point",
  "reason",
  "measured_units",
] as const;

/**
 * `search.csv`: a row a point, in the order they were measured. `value` is in operations/s or a
 * queue depth, `measured` the value of each part of the objective in its base unit. Null without a
 * search.
 */
export function searchCsv({ searches = [], plan }: Run): string | null {
  if (searches.length === 0) return null;
  const rows = searches.flatMap((search) =>
    search.points.map((point) => [
      search.phase,
      search.repetition,
      search.by,
      search.wants,
      search.slo.join("; "),
      point.phase,
      point.repetition,
      point.role,
      point.value,
      point.offeredPerSecond,
      point.achievedPerSecond,
      point.responseP50Ns,
      point.responseP99Ns,
      point.serviceP50Ns,
      point.serviceP99Ns,
      point.measured.map((value) => value ?? "").join("; "),
      point.met,
      point.role === "repeat" && point.value === search.best?.value,
      missesWords(point.misses),
      unitsOf(plan, search.phase),
    ]),
  );
  return csvText(COLUMNS, rows);
}

/** Base units of what is measured of the parts of an objective, in the order of `measured`. */
function unitsOf({ phases }: Plan, name: string): string {
  const slo = phases.find((phase) => phase.name === name)?.find?.slo ?? [];
  return slo.map(({ measure }) => unitOfMeasure(measure)).join("; ");
}
