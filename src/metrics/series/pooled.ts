import type { Comparison } from "../compare/compare.ts";
import type { ComparedRow } from "../compare/rows.ts";
import type { TimeSeriesSource } from "../histogram/time-series.ts";
import { CountedCells } from "./counted-cells.ts";
import { curvePoints } from "./curve.ts";
import type { LatencyCurve } from "./series.ts";

/** Latency of one column in one workload, from the histograms of all its compared repetitions. */
export interface PooledCurve extends Pick<LatencyCurve, "count" | "points"> {
  readonly scenario: string;
  readonly phase: string;
  /** Index of the column in its scenario. */
  readonly column: number;
  readonly metric: "service" | "response";
  readonly repetitions: number;
}

/** At most this many workloads of a comparison have curves, and charts of repetitions. */
export const MAX_POOLED = 4;

/**
 * Returns the curves of the first {@link MAX_POOLED} workloads, over all operations. Response times
 * if all columns have them, else service times. A column without stored histograms has no curve.
 */
export function pooledCurves(
  { scenarios }: Pick<Comparison, "scenarios">,
  timeSeries: TimeSeriesSource,
): readonly PooledCurve[] {
  const workloads = scenarios
    .flatMap(({ scenario, rows }) => rows.map((row) => ({ scenario, row })))
    .filter(({ row }) => row.operation === "all")
    .slice(0, MAX_POOLED);
  return workloads.flatMap(({ scenario, row }) => curvesOf(scenario, row, timeSeries));
}

function curvesOf(
  scenario: string,
  row: ComparedRow,
  timeSeries: TimeSeriesSource,
): readonly PooledCurve[] {
  const { phase, cells } = row;
  const columns = cells.map((cell) =>
    (cell.values.operations?.dated ?? []).flatMap(({ runId, repetition }) => {
      const series = timeSeries(runId, phase, repetition, "all");
      return series === null ? [] : [series.latencies];
    }),
  );
  const measured = columns.filter((one) => one.length > 0);
  const hasResponse = measured.every((one) => one.every(({ response }) => response !== undefined));
  const metric = hasResponse ? "response" : "service";
  return columns.flatMap((latencies, column): readonly PooledCurve[] => {
    const counted = new CountedCells();
    for (const interval of latencies.flatMap((one) => one[metric] ?? [])) {
      for (const [at, cell] of interval?.cells.entries() ?? []) {
        counted.add(cell, interval?.counts[at] ?? 0);
      }
    }
    const count = counted.total;
    const points = curvePoints(counted);
    const { length: repetitions } = latencies;
    return count < 2 ? [] : [{ scenario, phase, column, metric, repetitions, count, points }];
  });
}
