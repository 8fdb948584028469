import type { Operation } from "../../model/plan/operation.ts";
import type { Amount, Distribution, Measure, Threshold } from "../../model/plan/threshold.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import type { PhaseResult, Summary } from "../../model/run/run.ts";
import { latencyFigure, tooFewOperations } from "../histogram/latency-figure.ts";
import { allOperations } from "../histogram/summary.ts";
import { overall } from "../phase-result.ts";

/** Amounts that are counted over all repetitions: an error in any repetition counts. */
const COUNTED: ReadonlySet<Measure["of"]> = new Set([
  "errors",
  "errorShare",
  "unfinished",
  "throttled",
  "late",
  "dropped",
  "unissued",
  "backlog",
]);

/** Whether the value covers all repetitions of a phase, not one of them. */
export function isCounted({ measure }: Pick<Threshold, "measure">): boolean {
  return COUNTED.has(measure.of);
}

/** The value of a measure in one repetition. */
export interface MeasuredValue {
  /** In base units; null if it was not measured. */
  readonly value: number | null;
  /** Whether the true value may be higher. */
  readonly isLowerBound: boolean;
  /** Why it was not measured: a sentence without a full stop; null if it was. */
  readonly absent: string | null;
}

/** Reads the value of a threshold or claim in one repetition. */
export function valueIn(
  result: PhaseResult,
  { operation, measure }: Pick<Threshold, "operation" | "measure">,
): MeasuredValue {
  const summary = summaryOf(result, operation);
  if (summary === null) return NOT_MEASURED;
  if (measure.kind === "amount") {
    const value = amount([result], [summary], measure.of);
    return value === null ? NOT_MEASURED : { value, isLowerBound: false, absent: null };
  }
  const figure = latencyFigure(distributionOf(summary, measure.of), measure.statistic);
  if (figure.count === 0) return NOT_MEASURED;
  const few = tooFewOperations(figure);
  const absent = few === null ? null : `${measure.statistic} not measured: ${few}`;
  return { value: figure.ns, isLowerBound: figure.isLowerBound, absent };
}

const NOT_MEASURED: MeasuredValue = {
  value: null,
  isLowerBound: false,
  absent: "not measured",
};

/** Value of a threshold over all repetitions; null if none was measured. */
export function valueOver(
  results: readonly PhaseResult[],
  { operation, measure }: Pick<Threshold, "operation" | "measure">,
): number | null {
  if (measure.kind !== "amount") return null;
  const summaries = results.map((result) => summaryOf(result, operation));
  const measured = summaries.filter((summary) => summary !== null);
  return measured.length === 0 ? null : amount(results, measured, measure.of);
}

/** The summary of a single operation is `all`. */
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

/** Rate of the first repetition; counts of all given repetitions. */
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
      const all = count(allOperations);
      return all === 0 ? null : count(({ errors }) => errors) / all;
    }
    case "unfinished":
      // Older versions did not count them.
      return summaries.some(({ unfinished }) => unfinished === undefined)
        ? null
        : count(({ unfinished = 0 }) => unfinished);
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
