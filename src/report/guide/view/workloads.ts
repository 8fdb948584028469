import type { Chart } from "../../parts/document.ts";
import type { DotsFigure, DotsRow, RunsUnit } from "../../parts/runs-figure.ts";
import { disqualifies } from "../caveats.ts";
import type { WorkloadGrid } from "../grid.ts";
import { bestOf, VIEWS, type View } from "../workloads.ts";

/** At most this many workloads in one chart; the section has all. */
const MAX_ROWS = 40;

const UNITS: Readonly<Record<View["id"], RunsUnit>> = {
  iops: "ops/s",
  throughput: "B/s",
  latency: "ns",
  "first-byte": "ns",
};

const TITLES: Readonly<Record<View["id"], string>> = {
  iops: "IOPS of small operations by storage",
  throughput: "Throughput of large operations by storage",
  latency: "Latency by storage, p50",
  "first-byte": "Time to first byte by storage, p50",
};

const NUMBERS =
  'Logarithmic axis, best setting of each workload; "Workloads by storage" below has the numbers.';

/** Workloads by storage, one chart per view. */
export function workloadCharts(grid: WorkloadGrid): readonly Chart[] {
  return VIEWS.flatMap((view) => {
    const rows = grid.rows.filter(view.suits).flatMap((row): DotsRow[] => {
      const label = `${row.scenario} ${row.phase}`;
      const points = row.cells.flatMap((cells, series) => {
        const best = bestOf(view, cells);
        if (best === null) return [];
        const at = best.one.at === "" || cells.length === 1 ? "" : ` at ${best.one.at}`;
        const hasCaveat = disqualifies(best.one.caveats);
        const caveat = hasCaveat ? ", with a caveat" : "";
        const value = `${view.show(best.value)} ${view.unit}`.trim();
        const where = grid.columns[series]?.title ?? "";
        const text = `${where}: ${value}${at}${caveat}`;
        return [{ series, value: best.value, hasCaveat, text }];
      });
      return points.length === 0 ? [] : [{ label, points }];
    });
    return rows.length === 0 ? [] : [chartOf(view, grid, rows)];
  });
}

function chartOf(view: View, { columns }: WorkloadGrid, rows: readonly DotsRow[]): Chart {
  const shown = rows.slice(0, MAX_ROWS);
  const used = [...new Set(shown.flatMap(({ points }) => points.map(({ series }) => series)))];
  const series = used.toSorted((one, other) => one - other);
  const figure: DotsFigure = {
    kind: "dots",
    unit: UNITS[view.id],
    series: series.map((one) => columns[one]?.title ?? ""),
    rows: shown.map(({ label, points }) => ({
      label,
      points: points.map((point) => ({ ...point, series: series.indexOf(point.series) })),
    })),
  };
  const left = rows.length - shown.length;
  const more =
    left === 0 ? "" : ` The chart has the first ${MAX_ROWS} of ${rows.length} workloads.`;
  const better = view.better === "more" ? "Further right is faster." : "Further left is faster.";
  return {
    kind: "chart",
    id: `workloads-by-storage-${view.id}`,
    title: TITLES[view.id],
    reading:
      `${standsOut(view, figure)}${better} Each shape is one storage. ` +
      `${caveatWords(figure)}${NUMBERS}${more}`,
    figure,
    // The section "Workloads by storage" has the same numbers.
    numbers: null,
  };
}

/** Explains hollow marks; empty without any. */
function caveatWords({ rows }: DotsFigure): string {
  const hasAny = rows.some(({ points }) => points.some(({ hasCaveat }) => hasCaveat));
  return hasAny ? "Hollow: with a caveat, so not comparable. " : "";
}

/** The workload in which two storages differ most, without caveats; empty without two. */
function standsOut(view: View, { rows, series }: DotsFigure): string {
  const ranged = rows.flatMap(({ label, points }) => {
    const ordered = points
      .filter(({ hasCaveat }) => !hasCaveat)
      .toSorted((one, other) => one.value - other.value);
    const [least, most] = [ordered[0], ordered.at(-1)];
    if (least === undefined || most === undefined || least === most) return [];
    return [{ label, least, most, factor: most.value / least.value }];
  });
  const [widest] = ranged.toSorted((one, other) => other.factor - one.factor);
  if (widest === undefined) return "";
  const shown = (value: number) => `${view.show(value)} ${view.unit}`.trim();
  const { label, least, most } = widest;
  return (
    `Largest difference: ${label}, ${shown(least.value)} on ${series[least.series]} and ` +
    `${shown(most.value)} on ${series[most.series]}. `
  );
}
