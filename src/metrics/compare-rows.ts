import type { Operation } from "../model/operation.ts";
import type { LatencySummary, PhaseResult, Run, RunState, Summary, Warning } from "../model/run.ts";
import { isBuffered } from "./buffered.ts";
import { medianRepetition, repetitionsOf } from "./compare-repetitions.ts";
import { sampleDoubts } from "./sample-size.ts";

/** What one run measured in one row, from one repetition. */
export interface ComparedCell {
  readonly runId: string;
  /** The repetition the numbers come from; null where there are none. */
  readonly repetition: number | null;
  /** Repetitions there were to choose from. */
  readonly repetitions: number;
  readonly state: RunState | null;
  readonly operationsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  readonly latency: LatencySummary | null;
  readonly firstByte: LatencySummary | null;
  readonly sync: LatencySummary | null;
  readonly errors: number;
  readonly elapsedNs: number | null;
  /** What the size of the sample forbids to conclude, in sentences. */
  readonly sampleDoubts: readonly string[];
  readonly warnings: readonly Warning[];
  /** Share of the bytes read that did not come from the device; null where unknown. */
  readonly servedFromCacheShare: number | null;
  /** Whether writes were complete when the page cache had them. */
  readonly bufferedWrites: boolean;
  /** Why there are no numbers, in one sentence; null where there are. */
  readonly absent: string | null;
}

/** One workload of a scenario: a phase, or one operation of a phase that mixes several. */
export interface ComparedRow {
  readonly phase: string;
  readonly operation: Operation | "all";
  /** In the order of the scenario's runs. */
  readonly cells: readonly ComparedCell[];
}

/** The ratio of a value to the first column's; null where either is missing or nothing. */
export function ratioTo(first: number | null, value: number | null): number | null {
  if (first === null || value === null || first <= 0 || value < 0) return null;
  return value / first;
}

/** A row for every phase any of the plans has, in the order of the first plan that has it. */
export function rowsOf(runs: readonly Run[]): readonly ComparedRow[] {
  const names = [...new Set(runs.flatMap((run) => run.plan.phases.map((phase) => phase.name)))];
  return names.flatMap((phase) => {
    const chosen = runs.map((run) => medianRepetition(repetitionsOf(run, phase)));
    return operationsOf(chosen).map((operation) => ({
      phase,
      operation,
      cells: runs.map((run, index) => cellOf(run, phase, operation, chosen[index] ?? null)),
    }));
  });
}

/** `all`, and each operation beside it where a phase mixes more than one. */
function operationsOf(results: readonly (PhaseResult | null)[]): readonly (Operation | "all")[] {
  const found = results.flatMap((result) => result?.summaries.map((one) => one.operation) ?? []);
  const single = [...new Set(found)].filter((operation) => operation !== "all");
  return single.length > 1 ? ["all", ...single] : ["all"];
}

function cellOf(
  run: Run,
  phase: string,
  operation: Operation | "all",
  result: PhaseResult | null,
): ComparedCell {
  const summary = result?.summaries.find((one) => one.operation === operation) ?? null;
  const repetitions = repetitionsOf(run, phase);
  const absent = summary === null ? absence(run, phase, repetitions) : null;
  return {
    runId: run.id,
    repetition: summary === null ? null : (result?.repetition ?? null),
    repetitions: repetitions.length,
    state: result?.state ?? null,
    errors: summary?.errors ?? 0,
    elapsedNs: result?.elapsedNs ?? null,
    sampleDoubts: sampleDoubts(result?.elapsedNs ?? 0, summary),
    warnings: result?.warnings ?? [],
    servedFromCacheShare: servedFromCache(result),
    bufferedWrites: result !== null && isBuffered(run.target, result.phase),
    absent: absent ?? nothingDone(summary),
    ...numbers(summary),
  };
}

/** Says nothing about a phase that reads nothing. */
function servedFromCache(result: PhaseResult | null): number | null {
  if (result === null || result.cache.logicalReadBytes === 0) return null;
  return result.cache.servedFromCacheShare;
}

function numbers(
  summary: Summary | null,
): Pick<ComparedCell, "operationsPerSecond" | "bytesPerSecond" | "latency" | "firstByte" | "sync"> {
  if (summary === null || summary.operations + summary.drained === 0) {
    return {
      operationsPerSecond: null,
      bytesPerSecond: null,
      latency: null,
      firstByte: null,
      sync: null,
    };
  }
  // A phase in which nothing completed has no rate; what it drained still has a latency.
  const rated = summary.operations > 0;
  return {
    operationsPerSecond: rated ? summary.operationsPerSecond : null,
    bytesPerSecond: rated ? summary.bytesPerSecond : null,
    latency: summary.latency,
    firstByte: summary.firstByte,
    sync: summary.sync ?? null,
  };
}

function nothingDone(summary: Summary | null): string | null {
  if (summary === null || summary.operations + summary.drained > 0) return null;
  if (summary.errors > 0) return `all ${summary.errors} operations failed`;
  return "no operation completed";
}

function absence(run: Run, phase: string, repetitions: readonly PhaseResult[]): string {
  if (!run.plan.phases.some((one) => one.name === phase)) return "its plan has no such phase";
  const reason = repetitions.find((one) => one.reason !== null)?.reason ?? run.reason;
  const why = reason === null ? "" : `: ${reason}`;
  if (repetitions.length > 0) return `the phase measured nothing${why}`;
  return `the run did not come to this phase${why}`;
}
