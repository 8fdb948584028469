import type { Operation } from "../model/operation.ts";
import type { LatencySummary, PhaseResult, Summary } from "../model/run.ts";
import type { Amount, Distribution, Measure, Statistic, Threshold } from "../model/threshold.ts";
import { overall } from "./compare-repetitions.ts";

const STATISTIC_OF: Readonly<Record<Statistic, keyof LatencySummary>> = {
  min: "minNs",
  mean: "meanNs",
  p50: "p50Ns",
  p90: "p90Ns",
  p95: "p95Ns",
  p99: "p99Ns",
  "p99.9": "p999Ns",
  "p99.99": "p9999Ns",
  max: "maxNs",
};

/** Amounts that are counted over all repetitions: one error in any of them is one. */
const COUNTED: ReadonlySet<Measure["of"]> = new Set([
  "errors",
  "errorShare",
  "throttled",
  "late",
  "dropped",
  "unissued",
  "backlog",
]);

/** Whether a threshold's number is of all repetitions of a phase together, not of one of them. */
export function isCounted({ measure }: Pick<Threshold, "measure">): boolean {
  return COUNTED.has(measure.of);
}

/** What a threshold looks at in one repetition, in base units; null where it was not measured. */
export function valueIn(
  result: PhaseResult,
  { operation, measure }: Pick<Threshold, "operation" | "measure">,
): number | null {
  const summary = summaryOf(result, operation);
  if (summary === null) return null;
  if (measure.kind === "amount") return amount([result], [summary], measure.of);
  const distribution = distributionOf(summary, measure.of);
  // A run stored by an older version may lack a distribution altogether.
  if (distribution == null || distribution.count === 0) return null;
  return distribution[STATISTIC_OF[measure.statistic]];
}

/** What a threshold counts over all repetitions; null where none was measured. */
export function valueOver(
  results: readonly PhaseResult[],
  { operation, measure }: Pick<Threshold, "operation" | "measure">,
): number | null {
  if (measure.kind !== "amount") return null;
  const summaries = results.map((result) => summaryOf(result, operation));
  const measured = summaries.filter((summary) => summary !== null);
  return measured.length === 0 ? null : amount(results, measured, measure.of);
}

/** An only operation's numbers stand under `all`. */
function summaryOf(result: PhaseResult, operation: Operation | "all"): Summary | null {
  const found = result.summaries.find((summary) => summary.operation === operation);
  if (found !== undefined) return found;
  const { mix } = result.phase;
  return mix.length === 1 && mix[0]?.operation === operation ? overall(result) : null;
}

function distributionOf(summary: Summary, of: Distribution): LatencySummary | null | undefined {
  switch (of) {
    case "latency":
      return summary.response ?? summary.latency;
    case "service":
      return summary.latency;
    case "response":
    case "firstByte":
    case "sync":
      return summary[of];
  }
}

/** Rates of the first repetition, counts of all that are given. */
function amount(
  results: readonly PhaseResult[],
  summaries: readonly Summary[],
  of: Amount,
): number | null {
  const count = (read: (summary: Summary) => number): number =>
    summaries.reduce((sum, summary) => sum + read(summary), 0);
  const loops = results.flatMap(({ openLoop }) => (openLoop == null ? [] : [openLoop]));
  switch (of) {
    case "rate":
      return summaries[0]?.operationsPerSecond ?? null;
    case "throughput":
      return summaries[0]?.bytesPerSecond ?? null;
    case "errors":
      return count(({ errors }) => errors);
    case "errorShare": {
      const issued = count(({ errors, operations, drained }) => errors + operations + drained);
      return issued === 0 ? null : count(({ errors }) => errors) / issued;
    }
    case "throttled":
      return count(({ throttled }) => throttled ?? 0);
    case "late":
    case "dropped":
    case "unissued":
      return loops.length === 0 ? null : loops.reduce((sum, loop) => sum + loop[of], 0);
    case "backlog":
      return loops.length === 0 ? null : Math.max(...loops.map((loop) => loop.backlogMost));
  }
}
