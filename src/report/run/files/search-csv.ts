import type { Searched, SearchPoint, SearchResult } from "../../../model/plan/search.ts";
import { unitOfMeasure } from "../../../model/plan/threshold.ts";
import type { Run } from "../../../model/run/run.ts";
import { csvText } from "../../format/csv.ts";
import { keysOf, valueColumns, valuesOf } from "../../parts/value-columns.ts";
import { missesWords } from "../words/search.ts";

interface SearchRow {
  readonly run: Run;
  readonly search: SearchResult;
  readonly point: SearchPoint;
}

const VALUE_UNITS: Readonly<Record<Searched, string>> = {
  rate: "operations/s",
  queueDepth: "count",
};

/** The columns of `search.csv`, in the order of the file. New ones go to the end. */
export const SEARCH_COLUMNS = valueColumns<SearchRow>([
  ["phase", "text", "name of the phase that searches", ({ search }) => search.phase],
  ["search_repetition", "count", "repetition of the search", ({ search }) => search.repetition],
  [
    "by",
    "text",
    "setting that the search varies: `rate` or `queueDepth`",
    ({ search }) => search.by,
  ],
  [
    "wants",
    "text",
    "`most` or `least`: whether the highest or the lowest value that meets the objective is sought",
    ({ search }) => search.wants,
  ],
  [
    "objective",
    "list",
    "parts of the objective, separated by `; `",
    ({ search }) => search.slo.join("; "),
  ],
  [
    "point",
    "text",
    "name of the measured phase, as in `summary.csv` and `intervals.csv`",
    ({ point }) => point.phase,
  ],
  ["repetition", "count", "repetition of that phase", ({ point }) => point.repetition],
  [
    "role",
    "text",
    "`capacity` (closed loop), `bracket`, `repeat`, or `short` (too short, measured again)",
    ({ point }) => point.role,
  ],
  [
    "value",
    "unit of value_unit",
    "offered load or queue depth of the point; empty for the closed loop of a search by rate",
    ({ point }) => point.value,
  ],
  [
    "offered_per_second",
    "operations/s",
    "offered load; empty in a closed loop",
    ({ point }) => point.offeredPerSecond,
  ],
  ["achieved_per_second", "operations/s", "achieved rate", ({ point }) => point.achievedPerSecond],
  [
    "response_p50_ns",
    "ns",
    "p50 of the response time; empty in a closed loop",
    ({ point }) => point.responseP50Ns,
  ],
  [
    "response_p99_ns",
    "ns",
    "p99 of the response time; empty in a closed loop",
    ({ point }) => point.responseP99Ns,
  ],
  ["latency_p50_ns", "ns", "p50 of the service time", ({ point }) => point.serviceP50Ns],
  ["latency_p99_ns", "ns", "p99 of the service time", ({ point }) => point.serviceP99Ns],
  [
    "measured",
    "unit of measured_units",
    "measured value of each part of the objective, in its order, separated by `; `",
    ({ point }) => point.measured.map((value) => value ?? "").join("; "),
  ],
  [
    "met",
    "true/false",
    "whether the point meets the objective; empty if it was not evaluated",
    ({ point }) => point.met,
  ],
  [
    "end_point",
    "true/false",
    "whether the point is a repetition of the result of the search",
    ({ search, point }) => point.role === "repeat" && point.value === search.best?.value,
  ],
  [
    "reason",
    "text",
    "why the point misses the objective",
    ({ point }) => missesWords(point.misses),
  ],
  [
    "measured_units",
    "list",
    "unit of each entry of `measured`: `ns`, `operations/s`, `bytes/s`, `count` or `share`",
    ({ run, search }) => objectiveUnits(run, search),
  ],
  [
    "value_unit",
    "text",
    "unit of `value`: `operations/s`, or `count` for operations in flight per worker",
    ({ search, point }) => (point.value === null ? null : VALUE_UNITS[search.by]),
  ],
  ["run_id", "text", "id of the run, the name of its directory", ({ run }) => run.id],
  ["scenario", "text", "name of the scenario", ({ run }) => run.plan.name],
  ["target", "text", "name of the target", ({ run }) => run.target.name],
]);

/** `search.csv`: one row per point, in the order of measuring. Null for a run without a search. */
export function searchCsv(run: Run): string | null {
  const { searches = [] } = run;
  if (searches.length === 0) return null;
  const rows = searches.flatMap((search) =>
    search.points.map((point) => valuesOf(SEARCH_COLUMNS, { run, search, point })),
  );
  return csvText(keysOf(SEARCH_COLUMNS), rows);
}

function objectiveUnits({ plan }: Run, { phase: name }: SearchResult): string {
  const slo = plan.phases.find((phase) => phase.name === name)?.find?.slo ?? [];
  return slo.map(({ measure }) => unitOfMeasure(measure)).join("; ");
}
