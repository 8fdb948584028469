import { LOWER_BOUND } from "../../../metrics/threshold/bound.ts";
import type { SearchPoint, SearchResult } from "../../../model/plan/search.ts";
import type { Threshold } from "../../../model/plan/threshold.ts";
import type { Run } from "../../../model/run/run.ts";
import { type Chart, code, plain } from "../../parts/document.ts";
import type { LoadFigure, LoadPoint } from "../../parts/figure.ts";
import { formatIops } from "../../parts/format.ts";
import { figureText } from "../../parts/latency-cell.ts";
import { OPEN_SIGNS } from "../words/bounds.ts";
import { missesWords, searchSentence } from "../words/search.ts";
import { slug } from "./names.ts";

/** Offered load against the latency of the objective; null without points to draw. */
export function searchChart(run: Run, search: SearchResult): Chart | null {
  const objective = latencyObjective(run, search);
  const points = search.points
    .filter(({ role }) => role !== "short" && role !== "capacity")
    .flatMap((point) => loadPoint(search, point, objective?.index ?? null) ?? []);
  if (points.length < 2) return null;
  const medians = mediansOf(points);
  const figure: LoadFigure = {
    kind: "load",
    rateUnit: "ops/s",
    rateTitle: search.by === "rate" ? "offered load, ops/s" : "achieved rate, ops/s",
    latencyTitle: objective?.title ?? "p99",
    lines: [{ label: "", hue: "rate", points: medians, dots: points.map(({ dot }) => dot) }],
    mark: markOf(search),
    objectiveNs: objective?.boundNs ?? null,
  };
  const which = search.repetition > 1 ? `-${search.repetition}` : "";
  return {
    kind: "chart",
    id: `search-${slug(search.phase)}${which}`,
    title: ["Search: ", code(search.phase)],
    reading: searchReading(search, points),
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

/** A measurement, and the load that it repeats. */
interface Measured {
  readonly value: number | null;
  readonly isRepeat: boolean;
  readonly dot: LoadPoint;
}

/**
 * The line of a search: the median of the repetitions of each load, a real one; of an even number,
 * the lower of the middle two.
 */
function mediansOf(points: readonly Measured[]): readonly LoadPoint[] {
  return [...Map.groupBy(points, ({ value }) => value).values()]
    .flatMap((group) => {
      // As in the table: of a repeated load only the repetitions.
      const repeats = group.filter(({ isRepeat }) => isRepeat);
      const sorted = (repeats.length > 0 ? repeats : group)
        .map(({ dot }) => dot)
        .toSorted((a, b) => a.latencyNs - b.latencyNs);
      return sorted[Math.floor((sorted.length - 1) / 2)] ?? [];
    })
    .toSorted((one, other) => one.rate - other.rate || one.latencyNs - other.latencyNs);
}

/** Null without a value of the objective: no other percentile takes its place. */
function loadPoint(
  { by }: SearchResult,
  point: SearchPoint,
  objective: number | null,
): Measured | null {
  const { value, offeredPerSecond, achievedPerSecond, responseP99Ns, serviceP99Ns } = point;
  const rate = by === "rate" ? offeredPerSecond : achievedPerSecond;
  const latencyNs =
    objective === null ? (responseP99Ns ?? serviceP99Ns) : (point.measured[objective] ?? null);
  if (rate === null || latencyNs === null) return null;
  const isLowerBound = point.misses.some(
    (miss) =>
      miss.kind === "objective" && miss.measured === latencyNs && miss.reason === LOWER_BOUND,
  );
  const achieved = `${formatIops(achievedPerSecond)}/s achieved`;
  const load = by === "rate" ? `${formatIops(rate)}/s offered` : `queue depth ${value}`;
  const latency = figureText({ ns: latencyNs, isLowerBound });
  const outcome =
    point.met === null ? "" : point.met ? ", met" : `, missed: ${missesWords(point.misses)}`;
  const dot: LoadPoint = {
    ...{ rate, latencyNs },
    ...(isLowerBound ? { isLowerBound } : {}),
    label: by === "rate" ? "" : String(value ?? ""),
    met: point.met,
    text: `${load}, ${achieved}, ${latency}${outcome}`,
  };
  return { value, isRepeat: point.role === "repeat", dot };
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
function searchReading(search: SearchResult, shown: readonly Measured[]): string {
  const { by, points } = search;
  const isRepeated = new Set(shown.map(({ value }) => value)).size < shown.length;
  const isBound = shown.some(({ dot }) => dot.isLowerBound === true);
  const missed = shown.filter(({ dot }) => dot.met === false).length;
  const judged = points.filter(({ met, role }) => met !== null && role !== "short").length;
  const left = judged - shown.filter(({ dot }) => dot.met !== null).length;
  const leftPoints = left === 1 ? "1 point has" : `${left} points have`;
  const axis = by === "rate" ? "offered load" : "achieved rate";
  const [headline = ""] = searchSentence(search);
  return (
    `${plain([headline])}. The horizontal axis is the ${axis}; a cross is a point that ` +
    `missed the objective (${missed} of ${shown.length}).` +
    (left > 0 ? ` ${leftPoints} too few operations for it and no place in the chart.` : "") +
    (isRepeated ? " The line joins the medians of the repetitions of a load." : "") +
    (isBound ? ` ${OPEN_SIGNS}` : "")
  );
}
