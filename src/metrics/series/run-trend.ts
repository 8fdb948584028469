import type { PhaseResult, Run } from "../../model/run/run.ts";
import { surroundingsDifferences } from "../difference/difference.ts";
import { describeDifferences, type FieldDifference } from "../difference/fields.ts";
import type { SameWork } from "../difference/same-work.ts";
import { exactLatencyNs } from "../histogram/latency-figure.ts";
import { isThroughput, medianRepetition, overall, repetitionsOf } from "../phase-result.ts";
import { medianOf } from "../statistics/median.ts";
import { changePoint } from "../statistics/series/change-point.ts";

/** Runs of one plan on one target from which on there is a trend. */
const MIN_TREND_RUNS = 3;

/** Metric of a trend: the rate of a closed loop, or the response p99 at an offered load. */
export type TrendMetric = "operations" | "bytes" | "responseP99";

/** Median repetition of one phase of a run. */
export interface TrendRun {
  readonly run: Run;
  readonly result: PhaseResult;
  /** In base units: ops/s, B/s or ns. */
  readonly value: number;
  /**
   * Caveats of the load generator, or of other work than in the other runs, as warning codes, or
   * `incomplete`; empty: it counts.
   */
  readonly excludedBy: readonly string[];
}

/** Level of a metric over a part of the runs. */
interface TrendLevel {
  /** Index of the first and the last run that counts. */
  readonly from: number;
  readonly to: number;
  readonly median: number;
  /** Runs that count. */
  readonly runs: number;
}

/** One metric of one phase over the runs of one plan on one target. */
export interface RunTrend {
  readonly phase: string;
  readonly metric: TrendMetric;
  /** In the order in which they started. */
  readonly runs: readonly TrendRun[];
  /** Two with a change, otherwise one; empty if no run counts. */
  readonly levels: readonly TrendLevel[];
  /** Lasting change between both levels; null: none was found. */
  readonly change: {
    /** Index of the first run after it. */
    readonly at: number;
    /** Median after it over median before it. */
    readonly ratio: number;
    /** Differences in storage, host or software between both sides; null: none. */
    readonly differences: string | null;
  } | null;
}

/** Warnings for which a rate may be that of the load generator or its host. */
const EXCLUDING: ReadonlySet<string> = new Set([
  ...["starved", "own-pause", "cpu-throttled", "steal"],
  ...["client-bound", "depth-not-reached", "pacing-error"],
]);

/** Warnings of other work than planned: runs with them are comparable if all have them. */
const OTHER_WORK: ReadonlySet<string> = new Set([
  ...["served-from-cache", "written-to-cache", "direct-not-direct", "cache-policy"],
  ...["cache-not-dropped", "cache-not-warm", "engine-fallback"],
]);

/**
 * Returns one trend per phase of runs of the same work, from {@link MIN_TREND_RUNS} runs upward.
 * Runs with a caveat of the load generator are in no statistic.
 */
export function trendsOf(work: SameWork): readonly RunTrend[] {
  if (work.length < MIN_TREND_RUNS) return [];
  return work[0].plan.phases.flatMap(({ name }) => {
    const trend = trendOf(work, name);
    return trend === null ? [] : [trend];
  });
}

function trendOf(work: SameWork, phase: string): RunTrend | null {
  const measured = work.flatMap((run) => {
    const result = medianRepetition(repetitionsOf(run, phase));
    return result === null ? [] : [{ run, result }];
  });
  const [first] = measured;
  if (first === undefined) return null;
  const metric = metricOf(first.result);
  const shared = sharedCodes(measured);
  const runs = measured.flatMap((one): TrendRun[] => {
    const value = measuredValue(one.result, metric);
    return value === null ? [] : [{ ...one, value, excludedBy: excludingCodes(one, shared) }];
  });
  if (runs.length < MIN_TREND_RUNS) return null;
  return { phase, metric, runs, ...statisticsOf(runs) };
}

function metricOf(result: PhaseResult): TrendMetric {
  if (result.openLoop !== undefined) return "responseP99";
  const summary = overall(result);
  return isThroughput(summary?.bytes ?? 0, summary?.operations ?? 0) ? "bytes" : "operations";
}

/** Value of a phase; null without operations, or with too few of them for the percentile. */
function measuredValue(result: PhaseResult, metric: TrendMetric): number | null {
  const summary = overall(result);
  if (summary === null || summary.operations === 0) return null;
  if (metric === "responseP99") return exactLatencyNs(summary.response, "p99");
  return metric === "bytes" ? summary.bytesPerSecond : summary.operationsPerSecond;
}

type Measured = Pick<TrendRun, "run" | "result">;

/** Warning codes that all results have. */
function sharedCodes([first, ...others]: readonly Measured[]): ReadonlySet<string> {
  const codes = first?.result.warnings.map(({ code }) => code) ?? [];
  const isShared = (code: string): boolean =>
    others.every(({ result }) => result.warnings.some((one) => one.code === code));
  return new Set(codes.filter(isShared));
}

function excludingCodes(
  { result: { warnings, state } }: Measured,
  shared: ReadonlySet<string>,
): readonly string[] {
  const excludes = (code: string): boolean =>
    EXCLUDING.has(code) || (OTHER_WORK.has(code) && !shared.has(code));
  const codes = new Set(warnings.map(({ code }) => code).filter(excludes));
  return state === "complete" ? [...codes] : ["incomplete", ...codes];
}

function statisticsOf(runs: readonly TrendRun[]): Pick<RunTrend, "levels" | "change"> {
  const kept = runs.flatMap(({ excludedBy, value }, index) =>
    excludedBy.length === 0 ? [{ index, value }] : [],
  );
  const found = changePoint(kept.map(({ value }) => value));
  const level = (part: typeof kept): TrendLevel => ({
    from: part[0]?.index ?? 0,
    to: part.at(-1)?.index ?? 0,
    median: medianOf(part.map(({ value }) => value)),
    runs: part.length,
  });
  if (found === null) return { levels: kept.length === 0 ? [] : [level(kept)], change: null };
  // A run has one level: the one that the change point gives the larger share of it.
  const split = Math.round(found.at);
  const [before, after] = [level(kept.slice(0, split)), level(kept.slice(split))];
  const differences = differencesOf(runs[before.to], runs[after.from]);
  return {
    levels: [before, after],
    change: {
      at: after.from,
      ratio: after.median / before.median,
      differences: differences.length === 0 ? null : describeDifferences(differences, 3),
    },
  };
}

/** Differences in storage, host, software and engine between two runs. */
function differencesOf(
  one: Measured | undefined,
  other: Measured | undefined,
): readonly FieldDifference[] {
  if (one === undefined || other === undefined) return [];
  const [first, second] = [one.result.engine, other.result.engine];
  const engines = first === second ? [] : [{ field: "engine", first, other: second }];
  return [...engines, ...surroundingsDifferences(one.run, other.run)];
}
