import type { Operation } from "../../model/plan/operation.ts";
import type { RunState } from "../../model/run/measurement.ts";
import type { PhaseResult, Run, Summary, Warning } from "../../model/run/run.ts";
import { type RunToRun, runToRunOf } from "../../model/run/run-to-run.ts";
import { targetKindOf } from "../../model/target/knowledge.ts";
import { cachedShare, isBuffered, oneShare } from "../cache/cache.ts";
import { sampleCaveats } from "../histogram/sample-size.ts";
import { countedRepetitions, medianRepetition, repetitionsOf } from "../phase-result.ts";
import { type Interval, medianInterval } from "../statistics/median.ts";
import type { Dated } from "../statistics/series/turns.ts";
import { COMPARED, METRIC_NAMES, type MetricName, middleOf } from "./metrics.ts";

/** One value of one column, over its repetitions. */
export interface ComparedValue {
  /** Median over the repetitions; of an even number, the slower of the two in the middle. */
  readonly value: number;
  /** One value per repetition, in order. */
  readonly samples: readonly number[];
  /** The same with the time of each. */
  readonly dated: readonly Dated[];
  /** 95% interval of the median; null with too few repetitions. */
  readonly interval: Interval | null;
}

type ComparedValues = Readonly<Partial<Record<MetricName, ComparedValue>>>;

/** The values of one column in one row. */
export interface ComparedCell {
  /** Run of the repetition with the median rate, which everything but the values comes from. */
  readonly runId: string;
  /** Assumed run-to-run spread of the storage. */
  readonly assumed: RunToRun;
  readonly repetition: number | null;
  /** Repetitions over all runs of the column. */
  readonly repetitions: number;
  /** Repetitions that the values are from. */
  readonly compared: number;
  readonly state: RunState | null;
  readonly values: ComparedValues;
  readonly errors: number;
  readonly elapsedNs: number | null;
  /** Conclusions that the sample is too small for, as sentences. */
  readonly sampleCaveats: readonly string[];
  readonly warnings: readonly Warning[];
  /** Share of the bytes read that came from a cache, 0 to 1; null if unknown. */
  readonly servedFromCacheShare: number | null;
  /** Whether writes completed in the page cache. */
  readonly bufferedWrites: boolean;
  /** Why there are no values, in one sentence; null if there are. */
  readonly absent: string | null;
}

/** One repetition of a phase, with its run. */
export interface Repeated {
  readonly run: Run;
  readonly result: PhaseResult;
}

/** Returns every repetition of a phase in the runs of one column, in order. */
export function allRepetitions(runs: readonly Run[], phase: string): readonly Repeated[] {
  return runs.flatMap((run) => repetitionsOf(run, phase).map((result) => ({ run, result })));
}

/** Returns the values of one column in one row. `runs` has at least one run. */
export function cellOf(
  runs: readonly Run[],
  phase: string,
  operation: Operation | "all",
): ComparedCell {
  const repeated = allRepetitions(runs, phase);
  const result = medianRepetition(repeated.map((one) => one.result));
  const run = repeated.find((one) => one.result === result)?.run ?? runs[0];
  const summary = result === null ? null : summaryOf(result, operation);
  const kept = new Set(countedRepetitions(repeated.map((one) => one.result)));
  const summaries = repeated.flatMap((one): readonly Summarized[] => {
    const summarized = kept.has(one.result) ? summaryOf(one.result, operation) : null;
    return summarized === null || isIdle(summarized) ? [] : [{ ...one, summary: summarized }];
  });
  return {
    runId: run?.id ?? "",
    assumed: runToRunOf(run === undefined ? "directory" : targetKindOf(run.target, run.storage)),
    repetition: summary === null ? null : (result?.repetition ?? null),
    repetitions: repeated.length,
    compared: summaries.length,
    state: result?.state ?? null,
    values: valuesOf(summaries),
    errors: summary?.errors ?? 0,
    elapsedNs: result?.elapsedNs ?? null,
    sampleCaveats: sampleCaveats(result?.elapsedNs ?? 0, summary),
    warnings: result?.warnings ?? [],
    servedFromCacheShare: run === undefined ? null : servedFromCache(run, result),
    bufferedWrites: run !== undefined && result !== null && isBuffered(run.target, result),
    absent: summary === null ? absence(runs, phase, repeated) : nothingDone(summary),
  };
}

/** Whether nothing completed, neither in the phase nor drained after it. */
function isIdle(summary: Summary): boolean {
  return summary.operations + summary.drained === 0;
}

interface Summarized extends Repeated {
  readonly summary: Summary;
}

function valuesOf(summaries: readonly Summarized[]): ComparedValues {
  const values: Partial<Record<MetricName, ComparedValue>> = {};
  for (const name of METRIC_NAMES) {
    const metric = COMPARED[name];
    const dated = summaries.flatMap(({ run, result: { repetition }, summary }): Dated[] => {
      const value = metric.read(summary);
      const { id: runId, startedAt } = run;
      return value === null ? [] : [{ value, runId, startedAt, repetition }];
    });
    const samples = dated.map(({ value }) => value);
    const value = middleOf(samples, metric);
    if (value !== null) {
      values[name] = { value, samples, dated, interval: medianInterval(samples) };
    }
  }
  return values;
}

/** The summary of one operation of a phase; null if the phase has none. */
function summaryOf(result: PhaseResult, operation: Operation | "all"): Summary | null {
  return result.summaries.find((one) => one.operation === operation) ?? null;
}

/** Share of bytes from a cache; null for a phase without reads. */
function servedFromCache(run: Run, result: PhaseResult | null): number | null {
  return result === null ? null : oneShare(cachedShare(run, result));
}

function nothingDone(summary: Summary): string | null {
  if (!isIdle(summary)) return null;
  if (summary.errors > 0) return `all ${summary.errors} operations failed`;
  return "no operation completed";
}

function absence(runs: readonly Run[], phase: string, repeated: readonly Repeated[]): string {
  const planned = runs.flatMap((run) => run.plan.phases.filter((one) => one.name === phase));
  if (planned.length === 0) return "its plan does not have this phase";
  if (planned.every(({ find }) => find !== undefined)) {
    return "the phase is a load search; its own report has the result";
  }
  const reasons = [...repeated.map((one) => one.result.reason), ...runs.map((run) => run.reason)];
  const reason = reasons.find((one) => one !== null);
  const why = reason === undefined ? "" : `: ${reason}`;
  if (repeated.length > 0) return `the phase has no measurement${why}`;
  return `the run ended before this phase${why}`;
}
