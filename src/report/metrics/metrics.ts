/**
 * Values of stored runs for other programs. This file has the list of values; `benchmark.ts` writes
 * them for github-action-benchmark, `otlp.ts` as OpenTelemetry metrics. Values are in the units
 * that those programs expect, with at least 12 digits.
 */

import { exactLatencyNs } from "../../metrics/histogram/latency-figure.ts";
import { countedRepetitions, medianRepetition, repetitionsOf } from "../../metrics/phase-result.ts";
import type { PhaseResult, Run, Summary } from "../../model/run/run.ts";

/** Name of a value in other programs, and its unit by UCUM. */
export interface MetricKind {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** Which values are better; null for counts that are not compared. */
  readonly better: "bigger" | "smaller" | null;
  /** The value; null if there is none. */
  readonly read: (summary: Summary) => number | null;
}

/** One value of one operation of a phase. */
export interface MetricValue {
  readonly kind: MetricKind;
  readonly run: Run;
  readonly phase: string;
  readonly operation: Summary["operation"];
  /** Value of the repetition with the median rate, in the unit of the kind. */
  readonly value: number;
  /** Values of all counted repetitions. */
  readonly repetitions: readonly number[];
  readonly startedAt: string;
  readonly elapsedNs: number;
}

type Latencies = "latency" | "response" | "firstByte" | "sync";

/** Latency statistics of a distribution, in seconds; none with too few operations. */
function latencies(of: Latencies, name: string, description: string): readonly MetricKind[] {
  return (["p50", "p99", "p99.9"] as const).map((statistic) => ({
    name: `assay.${name}.${statistic.replace(".", "")}`,
    description: `${description}, ${statistic}`,
    unit: "s",
    better: "smaller",
    read: (summary) => {
      const ns = exactLatencyNs(summary[of], statistic);
      return ns === null ? null : ns / 1e9;
    },
  }));
}

/** All values, in their order in files. */
export const METRIC_KINDS: readonly MetricKind[] = [
  {
    name: "assay.operations.rate",
    description: "Completed operations per second",
    unit: "{operation}/s",
    better: "bigger",
    read: ({ operationsPerSecond }) => operationsPerSecond,
  },
  {
    name: "assay.throughput",
    description: "Bytes per second",
    unit: "By/s",
    better: "bigger",
    read: ({ bytes, bytesPerSecond }) => (bytes === 0 ? null : bytesPerSecond),
  },
  ...latencies("latency", "latency.service", "Latency from issue to completion"),
  ...latencies("response", "latency.response", "Latency from scheduled start to completion"),
  ...latencies("firstByte", "latency.first_byte", "Latency from issue to the first byte"),
  ...latencies("sync", "latency.sync", "Latency of sync calls"),
  {
    name: "assay.errors",
    description: "Failed operations",
    unit: "{operation}",
    better: null,
    read: ({ errors }) => errors,
  },
];

/** All values of a run, in the order of its phases; only complete phases have values. */
export function metricValues(run: Run): readonly MetricValue[] {
  return run.plan.phases.flatMap(({ name }) => {
    const results = repetitionsOf(run, name).filter(({ state }) => state === "complete");
    const median = medianRepetition(results);
    if (median === null) return [];
    return median.summaries.flatMap((summary) => valuesOf(run, median, summary, results));
  });
}

function valuesOf(
  run: Run,
  median: PhaseResult,
  summary: Summary,
  results: readonly PhaseResult[],
): readonly MetricValue[] {
  const { operation } = summary;
  const same = countedRepetitions(results).flatMap(
    ({ summaries }) => summaries.find((one) => one.operation === operation) ?? [],
  );
  return METRIC_KINDS.flatMap((kind): readonly MetricValue[] => {
    const value = summary.operations === 0 && kind.better !== null ? null : kind.read(summary);
    if (value === null) return [];
    const repetitions = same.flatMap((one) => kind.read(one) ?? []);
    const { startedAt, elapsedNs } = median;
    const phase = median.phase.name;
    return [{ kind, run, phase, operation, value, repetitions, startedAt, elapsedNs }];
  });
}
