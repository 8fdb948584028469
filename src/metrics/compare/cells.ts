import type { Operation } from "../../model/plan/operation.ts";
import type { PhaseResult, Run, RunState, Summary, Warning } from "../../model/run/run.ts";
import { type RunToRun, runToRunOf } from "../../model/run/run-to-run.ts";
import { targetKindOf } from "../../model/target/knowledge.ts";
import { cachedShare, isBuffered, oneShare } from "../cache/cache.ts";
import { sampleCaveats } from "../histogram/sample-size.ts";
import { countedRepetitions, medianRepetition, repetitionsOf } from "../phase-result.ts";
import { type Interval, medianInterval } from "../statistics/median.ts";
import type { Dated } from "../statistics/series/turns.ts";
import { COMPARED, METRIC_NAMES, type MetricName, middleOf } from "./metrics.ts";

/** One number of one column, over its repetitions. */
export interface ComparedValue {
  /** The median over the repetitions, of an even number the slower in the middle. */
  readonly value: number;
  /** By repetition, in order. */
  readonly samples: readonly number[];
  /** The same with their places in time. */
  readonly dated: readonly Dated[];
  /** 95 % interval of the median; null with too few repetitions. */
  readonly interval: Interval | null;
}

type ComparedValues = Readonly<Partial<Record<MetricName, ComparedValue>>>;

/** What one column measured in one row. */
export interface ComparedCell {
  /** Where all but the numbers comes from: the repetition whose rate is the median. */
  readonly runId: string;
  /** Spread that is assumed between runs on such storage. */
  readonly assumed: RunToRun;
  readonly repetition: number | null;
  /** Repetitions there were, over all runs of the column, and those the numbers are of. */
  readonly repetitions: number;
  readonly compared: number;
  readonly state: RunState | null;
  readonly values: ComparedValues;
  readonly errors: number;
  readonly elapsedNs: number | null;
  /** What the size of the sample forbids to conclude, in sentences. */
  readonly sampleCaveats: readonly string[];
  readonly warnings: readonly Warning[];
  /** Share of the bytes read that did not come from the device; null where unknown. */
  readonly servedFromCacheShare: number | null;
  /** Whether writes were complete when the page cache had them. */
  readonly bufferedWrites: boolean;
  /** Why there are no numbers, in one sentence; null where there are. */
  readonly absent: string | null;
}

/** One repetition of a phase and the run it belongs to. */
export interface Repeated {
  readonly run: Run;
  readonly result: PhaseResult;
}

/** Every repetition of a phase in the runs of one column, in order. */
export function allRepetitions(runs: readonly Run[], phase: string): readonly Repeated[] {
  return runs.flatMap((run) => repetitionsOf(run, phase).map((result) => ({ run, result })));
}

/** The numbers of one column in one row. At least one run. */
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
    const found = kept.has(one.result) ? summaryOf(one.result, operation) : null;
    return found === null || isIdle(found) ? [] : [{ ...one, summary: found }];
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

/** A phase in which nothing completed has no rate; what it drained still has a latency. */
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

/** The numbers of one operation of a phase; null where it has none of it. */
function summaryOf(result: PhaseResult, operation: Operation | "all"): Summary | null {
  return result.summaries.find((one) => one.operation === operation) ?? null;
}

/** Says nothing about a phase that reads nothing. */
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
  if (planned.length === 0) return "its plan has no such phase";
  if (planned.every(({ find }) => find !== undefined)) {
    return "it searched for a load: what was found is in its own report";
  }
  const reasons = [...repeated.map((one) => one.result.reason), ...runs.map((run) => run.reason)];
  const reason = reasons.find((one) => one !== null);
  const why = reason === undefined ? "" : `: ${reason}`;
  if (repeated.length > 0) return `the phase measured nothing${why}`;
  return `the run did not come to this phase${why}`;
}
