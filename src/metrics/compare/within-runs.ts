import type { Operation } from "../../model/plan/operation.ts";
import type { TimeSeries, TimeSeriesSource } from "../histogram/time-series.ts";
import { bootstrap, type Replicates } from "../statistics/bootstrap/bootstrap.ts";
import { ratioInterval } from "../statistics/bootstrap/ratio-interval.ts";
import type { Interval } from "../statistics/median.ts";
import type { ComparedCell } from "./cells.ts";
import { COMPARED, METRIC_NAMES, type MetricName } from "./metrics.ts";

/** One workload, with a cell per column. */
interface Cells {
  readonly phase: string;
  readonly operation: Operation | "all";
  readonly cells: readonly ComparedCell[];
}

/**
 * Intervals of the ratios of a cell to the first one, as factors of the ratio: how far both may be
 * off by chance within their runs.
 */
export type WithinRuns = Readonly<Partial<Record<MetricName, Interval>>>;

/** Replicates by metric. */
type Resampled = readonly (Replicates | null)[];

/**
 * Returns the intervals of each cell, by row and column; empty unless it and the first cell of its
 * row have one repetition each. Goes from column to column, so that the files of a run are read
 * once and only those of one run are in memory.
 */
export function intervalsWithinRuns(
  rows: readonly Cells[],
  timeSeries: TimeSeriesSource,
): readonly (readonly WithinRuns[])[] {
  const found: WithinRuns[][] = rows.map(({ cells }) => cells.map(() => ({})));
  const isNeeded = ({ cells: [, ...others] }: Cells): boolean => others.some(isSingle);
  const first = rows.map((row) => (isNeeded(row) ? resample(row, 0, timeSeries) : null));
  const columns = Math.max(0, ...rows.map(({ cells }) => cells.length));
  for (let column = 1; column < columns; column++) {
    for (const [at, row] of rows.entries()) {
      const base = first[at] ?? null;
      const other = base === null ? null : resample(row, column, timeSeries);
      const intervals = found[at];
      if (base === null || other === null || intervals === undefined) continue;
      intervals[column] = ratiosOf(base, other);
    }
  }
  return found;
}

/** Whether a cell has one repetition; several show more than the time series of one. */
function isSingle({ compared, repetition }: ComparedCell): boolean {
  return compared === 1 && repetition !== null;
}

function resample(
  { phase, operation, cells }: Cells,
  column: number,
  timeSeries: TimeSeriesSource,
): Resampled | null {
  const cell = cells[column];
  if (cell === undefined || !isSingle(cell)) return null;
  const series: TimeSeries | null = timeSeries(cell.runId, phase, cell.repetition ?? 0, operation);
  if (series === null) return null;
  const estimates = METRIC_NAMES.map((name) => COMPARED[name].estimate);
  return bootstrap(series, estimates, column + 1);
}

function ratiosOf(first: Resampled, other: Resampled): WithinRuns {
  const found: Partial<Record<MetricName, Interval>> = {};
  for (const [at, name] of METRIC_NAMES.entries()) {
    const [base, value] = [first[at], other[at]];
    const interval = base == null || value == null ? null : ratioInterval(1, base, value);
    if (interval !== null) found[name] = interval;
  }
  return found;
}
