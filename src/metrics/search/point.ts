import type {
  FindPlan,
  Miss,
  SearchBest,
  SearchPoint,
  SearchRole,
} from "../../model/plan/search.ts";
import { type Threshold, unitOfMeasure } from "../../model/plan/threshold.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import { exactLatencyNs } from "../histogram/latency-figure.ts";
import { overall } from "../phase-result.ts";
import { medianInterval, medianOf, medianOrNull } from "../statistics/median.ts";
import { isMet, LOWER_BOUND } from "../threshold/bound.ts";
import { isCounted, valueIn } from "../threshold/values.ts";
import type { Answer } from "./search.ts";

/** Compares a phase of a search with the objective. `value` is null for the closed loop. */
export function searchPoint(
  find: FindPlan,
  { value, role }: { readonly value: number | null; readonly role: SearchRole },
  result: PhaseResult,
): SearchPoint {
  const all = overall(result);
  const misses = value === null ? [] : missesOf(find, result);
  return {
    phase: result.phase.name,
    repetition: result.repetition,
    role,
    value,
    offeredPerSecond: result.openLoop?.offeredPerSecond ?? null,
    achievedPerSecond: all?.operationsPerSecond ?? null,
    responseP50Ns: exactLatencyNs(all?.response, "p50"),
    responseP99Ns: exactLatencyNs(all?.response, "p99"),
    serviceP50Ns: exactLatencyNs(all?.latency, "p50"),
    serviceP99Ns: exactLatencyNs(all?.latency, "p99"),
    measured: value === null ? [] : find.slo.map((one) => valueIn(result, one).value),
    met: value === null ? null : misses.length === 0,
    misses,
  };
}

/**
 * Answer of a point to the search. Counted events must not occur at all. While the search brackets
 * the end point, a point too short to show a growing backlog counts as met: lower loads have
 * smaller backlogs, so the search would never end. The end point itself needs points that are long
 * enough.
 */
export function answerOf(find: FindPlan, { role, misses }: SearchPoint): Answer {
  const counted = new Set(find.slo.filter(isCounted).map(({ text }) => text));
  const fatal = misses.some(
    (miss) => miss.kind === "errors" || (miss.kind === "objective" && counted.has(miss.text)),
  );
  const against = misses.filter(({ kind }) => role !== "bracket" || kind !== "too-short");
  return { met: against.length === 0, fatal };
}

function missesOf(find: FindPlan, result: PhaseResult): readonly Miss[] {
  const objectives = find.slo.flatMap((one) => missOf(one, result));
  const errors = overall(result)?.errors ?? 0;
  const countsErrors = find.slo.some(({ measure }) => ERRORS.has(measure.of));
  return [
    ...objectives,
    ...(errors > 0 && !countsErrors ? [{ kind: "errors", operations: errors } as const] : []),
    ...overloadMisses(find, result),
  ];
}

const ERRORS: ReadonlySet<string> = new Set(["errors", "errorShare"]);

function missOf(slo: Threshold, result: PhaseResult): readonly Miss[] {
  const { text, measure, criterion } = slo;
  const measured = valueIn(result, slo);
  if (criterion.kind === "bound" && isMet(criterion.relation, measured, criterion.value)) return [];
  const { value, absent } = measured;
  const reason = absent ?? (measured.isLowerBound ? LOWER_BOUND : null);
  const unit = unitOfMeasure(measure);
  return [{ kind: "objective", text, measured: value, unit, ...(reason && { reason }) }];
}

/**
 * Reasons why an offered load was not sustained. A percentile of the response time over a short
 * phase can meet the objective while a queue grows.
 */
function overloadMisses(find: FindPlan, result: PhaseResult): readonly Miss[] {
  const { openLoop: open } = result;
  if (open === undefined) return [];
  const misses: Miss[] = [];
  for (const kind of ["dropped", "unissued"] as const) {
    if (open[kind] > 0) misses.push({ kind, operations: open[kind] });
  }
  const growing = result.stability === undefined ? behindAtEnd(find, result) : grown(find, result);
  return growing === null ? misses : [...misses, growing];
}

/** Factor for chance in 1 instead of 5 of 100 points, if no repetition confirms a point. */
const STRICTER = 1.5;
/** Minimum number of repetitions that confirm a point; more than half of them must pass. */
const CONFIRMING_REPETITIONS = 3;
/** Backlog growth below this share of the precision is drift of the latency. */
const DRIFT_SHARE = 0.25;

/**
 * Compares the growth of the backlog with the load. A point passes if it sustained (1 - precision)
 * of the load after an allowance for chance, and its backlog did not grow beyond chance.
 */
function grown(find: FindPlan, result: PhaseResult): Miss | null {
  const backlog = result.stability?.backlog ?? null;
  const { precisionShare: precision, repetitions } = find;
  // A load of (1 + precision) times the capacity loses this share of itself.
  const allowed = precision / (1 + precision);
  if (backlog === null || backlog.offered <= 0) {
    const neededNs = MIN_INTERVALS * result.intervalNs;
    return { kind: "too-short", unseenShare: 1, neededNs };
  }
  const growth = backlog.operations / backlog.offered;
  const stricter = repetitions < CONFIRMING_REPETITIONS ? STRICTER : 1;
  const chance = (stricter * backlog.chance) / backlog.offered;
  if (growth > chance && growth > DRIFT_SHARE * precision) {
    const operations = Math.round(backlog.operations);
    return { kind: "behind", operations, offered: backlog.offered };
  }
  if (growth + chance <= allowed) return null;
  // Chance decreases at least with the square root of the duration.
  const neededNs = result.elapsedNs * Math.max(2, (chance / allowed) ** 2);
  return { kind: "too-short", unseenShare: Math.max(0, growth) + chance, neededNs };
}

/** Minimum number of intervals of a point that can show a growing backlog. */
const MIN_INTERVALS = 10;

/** Maximum ratio of unfinished operations to the mean number in the system. */
const GROWN = 1.5;

/**
 * The same without a time series, by Little's law (J. Little, Operations Research 9, 1961): the
 * mean number in the system is completion rate × mean response time. A queue that grows evenly from
 * zero is twice as long at the end.
 */
function behindAtEnd(find: FindPlan, result: PhaseResult): Miss | null {
  const { openLoop: open } = result;
  const all = overall(result);
  if (open === undefined || all === null) return null;
  const undone = open.offered - open.dropped - all.operations - all.errors;
  const average = (all.operationsPerSecond * (all.response?.meanNs ?? 0)) / 1e9;
  if (undone <= open.offered * find.precisionShare || undone <= GROWN * average) return null;
  return { kind: "behind", operations: undone, offered: open.offered };
}

/** Median and interval over the repetitions of the best value; null if there are none. */
export function searchBest(
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
        median: medianOrNull(values),
        interval: medianInterval(values),
      };
    }),
  };
}

/** Hardest value that met the objective in more than half of the planned repetitions. */
export function confirmedValue(find: FindPlan, points: readonly SearchPoint[]): number | null {
  const repeated = points.filter(({ role }) => role === "repeat");
  const values = [...Map.groupBy(repeated, ({ value }) => value)].flatMap(([value, group]) => {
    const met = group.filter((one) => one.met === true).length;
    return value !== null && 2 * met > find.repetitions ? [value] : [];
  });
  if (values.length === 0) return null;
  return find.wants === "most" ? Math.max(...values) : Math.min(...values);
}
