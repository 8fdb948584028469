import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import { MAX_POOLED } from "../../metrics/series/pooled.ts";
import type { Dated } from "../../metrics/statistics/series/turns.ts";
import { type Chart, cell, code, name, type Table, tableColumns } from "../parts/document.ts";
import { formatCount } from "../parts/format.ts";
import type { RepetitionSeries, RunsUnit } from "../parts/runs-figure.ts";
import { type Metric, rateOf, shownIn, unitOf } from "./metrics.ts";
import { type ColumnNames, workloadName } from "./names.ts";
import { factorText, outcomeWords, remedyOf } from "./outcome.ts";

/** At most this many columns in one chart. */
const MAX_COLUMNS = 4;

/** One repetition of one column, with its place among those of all columns. */
interface Placed extends Dated {
  readonly column: number;
  readonly order: number;
}

/** The rate of each repetition in the order they ran, for workloads with several repetitions. */
export function repetitionCharts(
  comparison: Comparison,
  scenario: ScenarioComparison,
  names: ColumnNames,
): readonly Chart[] {
  return scenario.rows
    .filter(({ operation }) => operation === "all")
    .flatMap((row) => {
      const chart = chartOf(comparison, scenario, row, names);
      return chart === null ? [] : [chart];
    })
    .slice(0, MAX_POOLED);
}

function chartOf(
  comparison: Comparison,
  { scenario, runs }: ScenarioComparison,
  row: ComparedRow,
  names: ColumnNames,
): Chart | null {
  const metric = rateOf(row);
  const columns = row.cells
    .slice(0, MAX_COLUMNS)
    .map((one) => one.values[metric.name])
    .map((value, column) => ({ value, label: labelAt(column) }));
  if (!columns.some(({ value }) => (value?.samples.length ?? 0) > 1)) return null;
  const placed = inOrder(columns.map(({ value }) => value?.dated ?? []));
  const unit = unitOf(
    metric,
    placed.map(({ value }) => value),
  );
  const text = (value: number): string => `${shownIn(metric, value, unit)} ${unit.name}`;
  const series = columns.flatMap(({ value, label }, column): RepetitionSeries[] => {
    if (value === undefined) return [];
    const own = placed.filter((one) => one.column === column);
    const points = own.map((one) => ({
      x: one.order,
      y: one.value,
      text: `${label}, ${one.runId}, repetition ${one.repetition}: ${text(one.value)}`,
    }));
    return [{ label, median: value.value, points }];
  });
  const id = `repetitions-${scenario}-${row.phase}`;
  const medians = series.map(({ label, median }) => `${label} ${text(median)}`).join(", ");
  return {
    kind: "chart",
    id,
    title: [code(workloadName(row)), `, ${metric.title}: single repetitions`],
    reading:
      `${verdictText(comparison, row, columns)}Medians (dashed): ${medians}. A slope or a step ` +
      "within one column is drift.",
    figure: { kind: "repetitions", unit: FIGURE_UNIT[metric.kind], series },
    numbers: numbersOf(id, placed, { metric, unit, labelAt }),
  };

  function labelAt(column: number): string {
    const label = runs[column]?.label ?? "";
    return names.get(label) ?? label;
  }
}

/** Outcome of each further column, as the tables have it: `b: slower (1.30x). ` */
function verdictText(
  comparison: Comparison,
  row: ComparedRow,
  columns: readonly { readonly label: string }[],
): string {
  const metric = rateOf(row);
  const parts = columns.flatMap(({ label }, column) => {
    const contrast = column === 0 ? undefined : row.contrasts[column]?.[metric.name];
    if (contrast === undefined) return [];
    const outcome = `${label}: ${outcomeWords(contrast)} (${factorText(metric, contrast)}).`;
    return [outcome, " ", remedyOf(contrast, comparison), " "];
  });
  return parts.join("");
}

const FIGURE_UNIT: Readonly<Record<Metric["kind"], RunsUnit>> = {
  iops: "ops/s",
  throughput: "B/s",
  latency: "ns",
};

/** Repetitions of all columns by the start of their run, then by their number. */
function inOrder(columns: readonly (readonly Dated[])[]): readonly Placed[] {
  return columns
    .flatMap((own, column) => own.map((one) => ({ ...one, column })))
    .toSorted(
      (one, other) =>
        one.startedAt.localeCompare(other.startedAt) || one.repetition - other.repetition,
    )
    .map((one, at) => ({ ...one, order: at + 1 }));
}

function numbersOf(
  id: string,
  placed: readonly Placed[],
  {
    metric,
    unit,
    labelAt,
  }: {
    readonly metric: Metric;
    readonly unit: ReturnType<typeof unitOf>;
    readonly labelAt: (column: number) => string;
  },
): Table {
  return {
    kind: "table",
    id: `${id}-numbers`,
    columns: tableColumns([
      ["order", "Order", "right"],
      ["column", "Column", "left"],
      ["run_id", "Run", "left"],
      ["repetition", "Repetition", "right"],
      ["value", unit.name, "right"],
    ]),
    rows: placed.map((one) => [
      cell(formatCount(one.order), one.order),
      name(labelAt(one.column)),
      name(one.runId),
      cell(formatCount(one.repetition), one.repetition),
      cell(shownIn(metric, one.value, unit), one.value),
    ]),
  };
}
