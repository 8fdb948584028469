import type { SearchPoint, SearchResult } from "../../../model/plan/search.ts";
import type { Threshold } from "../../../model/plan/threshold.ts";
import type { Run } from "../../../model/run/run.ts";
import { type Chart, code, plain } from "../../parts/document.ts";
import type { LoadFigure, LoadPoint } from "../../parts/figure.ts";
import { formatIops, formatLatency } from "../../parts/format.ts";
import { missesWords, searchSentence } from "../words/search.ts";
import { slug } from "./names.ts";

/** Offered load against the latency of the objective; null without points to draw. */
export function searchChart(run: Run, search: SearchResult): Chart | null {
  const objective = latencyObjective(run, search);
  const points = search.points
    .filter(({ role }) => role !== "short" && role !== "capacity")
    .flatMap((point) => loadPoint(search, point, objective?.index ?? null) ?? [])
    .toSorted((one, other) => one.rate - other.rate || one.latencyNs - other.latencyNs);
  if (points.length < 2) return null;
  const figure: LoadFigure = {
    kind: "load",
    rateUnit: "ops/s",
    rateTitle: search.by === "rate" ? "offered load, ops/s" : "achieved rate, ops/s",
    latencyTitle: objective?.title ?? "p99",
    lines: [{ label: "", hue: "rate", points }],
    mark: markOf(search),
    objectiveNs: objective?.boundNs ?? null,
  };
  const which = search.repetition > 1 ? `-${search.repetition}` : "";
  return {
    kind: "chart",
    id: `search-${slug(search.phase)}${which}`,
    title: ["Search: ", code(search.phase)],
    reading: searchReading(search),
    figure,
    // The section on the search has all points.
    numbers: null,
  };
}

/** The first part of the objective that bounds a latency from above. */
function latencyObjective(run: Run, { phase, slo }: SearchResult) {
  const thresholds = run.plan.phases.find(({ name }) => name === phase)?.find?.slo ?? [];
  const index = thresholds.findIndex(isLatencyBound);
  const found = thresholds[index];
  if (found === undefined || found.measure.kind !== "time") return null;
  if (found.criterion.kind !== "bound" || slo.length === 0) return null;
  const { of, statistic } = found.measure;
  return {
    index,
    title: `${DISTRIBUTIONS[of] ?? of} ${statistic}`,
    boundNs: found.criterion.value,
  };
}

const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  response: "response time",
  service: "service time",
  firstByte: "time to first byte",
};

function isLatencyBound({ measure, criterion, operation }: Threshold): boolean {
  return (
    measure.kind === "time" &&
    operation === "all" &&
    criterion.kind === "bound" &&
    ["<", "<="].includes(criterion.relation)
  );
}

function loadPoint(
  { by }: SearchResult,
  point: SearchPoint,
  objective: number | null,
): LoadPoint | null {
  const rate = by === "rate" ? point.offeredPerSecond : point.achievedPerSecond;
  const measured = objective === null ? null : (point.measured[objective] ?? null);
  const latencyNs = measured ?? point.responseP99Ns ?? point.serviceP99Ns;
  if (rate === null || latencyNs === null) return null;
  const achieved = `${formatIops(point.achievedPerSecond)}/s achieved`;
  const load = by === "rate" ? `${formatIops(rate)}/s offered` : `queue depth ${point.value}`;
  const outcome =
    point.met === null ? "" : point.met ? ", met" : `, missed: ${missesWords(point.misses)}`;
  return {
    rate,
    latencyNs,
    label: by === "rate" || point.role === "repeat" ? "" : String(point.value ?? ""),
    met: point.met,
    text: `${load}, ${achieved}, ${formatLatency(latencyNs)}${outcome}`,
  };
}

function markOf({ by, best }: SearchResult): LoadFigure["mark"] {
  if (best === null) return null;
  const { value, met, repetitions, achievedPerSecond } = best;
  const outcome = `${met} of ${repetitions} met`;
  return by === "rate"
    ? { rate: value, label: `${formatIops(value)}/s: ${outcome}` }
    : { rate: achievedPerSecond, label: `queue depth ${value}: ${outcome}` };
}

/** The result in one sentence, then how to read the chart. */
function searchReading(search: SearchResult): string {
  const { by, points } = search;
  const missed = points.filter(({ met }) => met === false).length;
  const axis = by === "rate" ? "offered load" : "achieved rate";
  const [headline = ""] = searchSentence(search);
  return (
    `${plain([headline])}. The horizontal axis is the ${axis}; a cross is a point that ` +
    `missed the objective (${missed} of ${points.length}).`
  );
}
