import type { PhaseResult, Summary } from "../../model/run/run.ts";
import { reportedPart, startsIn, type TimeSpan } from "../phase-result.ts";
import type { IntervalSums } from "./column-sums.ts";

/** Row of `intervals.csv`, as far as it is compared with `run.json`. */
type CountedRow = Pick<IntervalSums, "operations" | "bytes" | "fromS"> & {
  readonly operation: string;
};

/**
 * Compares the rows of a phase in `intervals.csv` with its result in `run.json`. A cut or changed
 * file has other sums, and its rates would be wrong without a sign.
 */
export class RowCheck {
  private readonly result: PhaseResult;
  private readonly reported: TimeSpan;
  private readonly sums = new Map<string, { operations: number; bytes: number }>();
  private rows = 0;

  constructor(result: PhaseResult) {
    this.result = result;
    this.reported = reportedPart(result);
  }

  add({ operation, operations, bytes, fromS }: CountedRow): void {
    this.rows++;
    if (!startsIn(this.reported, fromS)) return;
    for (const key of [operation, "all"]) {
      const sum = this.sums.get(key) ?? { operations: 0, bytes: 0 };
      sum.operations += operations;
      sum.bytes += bytes;
      this.sums.set(key, sum);
    }
  }

  /** Difference from the result, such as `19 of 20 rows of read`; null if there is none. */
  problem(): string | null {
    const { phase, intervals, summaries } = this.result;
    const rows = intervals * phase.mix.length;
    if (this.rows !== rows) {
      return `expected ${grouped(rows)} rows of ${phase.name}, got ${grouped(this.rows)}`;
    }
    for (const { operation, operations, bytes } of summaries) {
      const sum = this.sums.get(operation) ?? { operations: 0, bytes: 0 };
      if (sum.operations !== operations) {
        const expected = `expected ${grouped(operations)} operations of ${phase.name}`;
        return `${expected}, got ${grouped(sum.operations)}`;
      }
      if (sum.bytes !== bytes) {
        return `expected ${grouped(bytes)} B of ${phase.name}, got ${grouped(sum.bytes)}`;
      }
    }
    return null;
  }
}

/** Latencies that were counted of one operation, service or response times. */
interface CountedLatencies {
  readonly operation: string;
  readonly metric: "service" | "response";
  readonly count: number;
}

/**
 * Compares the counts of latencies in `latency.hlog` with the result of a phase in `run.json`; null
 * if they are equal. Percentiles of a log that was cut would be wrong without a sign.
 */
export function latencyProblem(
  { phase, summaries }: PhaseResult,
  counted: readonly CountedLatencies[],
): string | null {
  const [only, ...others] = summaries;
  const operations = others.length > 0 ? others : [only];
  for (const summary of operations) {
    if (summary === undefined) continue;
    for (const metric of ["service", "response"] as const) {
      const expected = countOf(summary, metric);
      const got = counted
        .filter((one) => one.metric === metric)
        .filter(({ operation }) => others.length === 0 || operation === summary.operation)
        .reduce((sum, { count }) => sum + count, 0);
      if (got === expected) continue;
      return `expected ${grouped(expected)} ${metric} times of ${phase.name}, got ${grouped(got)}`;
    }
  }
  return null;
}

function countOf({ latency, response }: Summary, metric: "service" | "response"): number {
  return (metric === "service" ? latency?.count : response?.count) ?? 0;
}

/** Time that the last sample of a phase may end before the phase, nanoseconds. */
const SAMPLE_LAG_NS = 3e9;

/**
 * Compares the samples of the host with the lengths of the phases, in their order; `sampledNs` is
 * the end of the last sample, 0 without one. Null if they reach the end of the last phase, or if
 * the run has none.
 */
export function sampleProblem(
  phases: readonly { readonly result: PhaseResult; readonly sampledNs: number }[],
): string | null {
  if (phases.every(({ sampledNs }) => sampledNs === 0)) return null;
  const last = phases.findLast(({ result }) => result.elapsedNs > SAMPLE_LAG_NS);
  if (last === undefined || last.result.elapsedNs - last.sampledNs <= SAMPLE_LAG_NS) return null;
  const { result, sampledNs } = last;
  const seconds = (ns: number) => `${(ns / 1e9).toFixed(1)} s`;
  const got = `got ${seconds(sampledNs)}`;
  return `expected samples of ${seconds(result.elapsedNs)} of ${result.phase.name}, ${got}`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
