import type { ComparedCell, ComparedValue } from "../../metrics/compare/cells.ts";
import type { ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { Contrast } from "../../metrics/compare/contrasts.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import type { Interval } from "../../metrics/statistics/median.ts";
import { MAX_WIDTH, pick, widthOf } from "../format/table-width.ts";
import {
  type Cell,
  type Column,
  cell,
  name,
  rangeCell,
  type Table,
  words,
} from "../parts/document.ts";
import { formatNumber, formatShare, MISSING, type Unit } from "../parts/format.ts";
import {
  BASE_UNITS,
  type Metric,
  medianIn,
  metricsOf,
  P99,
  rateOf,
  shownIn,
  unitOf,
} from "./metrics.ts";
import { type ColumnNames, shortWorkloadNames } from "./names.ts";
import { ratioText } from "./outcome.ts";

/** A line of a table: one metric of one workload, with the name that the table gives it. */
interface Line {
  readonly title: Cell;
  readonly row: ComparedRow;
  readonly metric: Metric;
  readonly unit: Unit;
  /** Whether each value shows its unit; otherwise the title does. */
  readonly showsUnit: boolean;
}

/** Name of a table, its first column, and whether it has intervals. */
interface Shape {
  readonly id: string;
  readonly key: "phase" | "metric";
  readonly title: string;
  readonly hasInterval: boolean;
}

/** Rates and p99 latencies of all workloads; both tables give a workload the same name. */
export function workloadTables(scenario: ScenarioComparison, names: ColumnNames): readonly Table[] {
  const tablesWith = (workloads: readonly string[]): readonly Table[] => [
    workloadTable(scenario, names, workloads, ["rate", "Rate"], rateOf),
    workloadTable(scenario, names, workloads, ["p99", "p99 latency"], () => P99),
  ];
  const others = tablesWith([]).map((table) => widthOf(pick(table, (at) => at > 0)));
  const room = MAX_WIDTH - Math.max(...others) - NAME_MARKS_WIDTH;
  return tablesWith(shortWorkloadNames(scenario.rows, room));
}

/** Width around the name of a workload: a bar and two spaces of its column, the marks of code. */
const NAME_MARKS_WIDTH = 5;

function workloadTable(
  scenario: ScenarioComparison,
  names: ColumnNames,
  workloads: readonly string[],
  [id, title]: readonly [id: string, title: string],
  metricOf: (row: ComparedRow) => Metric,
): Table {
  const lines = scenario.rows.map((row, at): Line => {
    const metric = metricOf(row);
    const unit = unitOf(metric, valuesOf(row, metric));
    return { title: name(workloads[at] ?? ""), row, metric, unit, showsUnit: true };
  });
  const shape = { id: `${scenario.scenario}-${id}`, title, hasInterval: false };
  return tableOf(scenario, names, { ...shape, key: "phase" }, lines);
}

/** Every metric of one workload. */
export function metricTable(
  scenario: ScenarioComparison,
  names: ColumnNames,
  row: ComparedRow,
): Table {
  const lines = metricsOf(row).map((metric): Line => {
    const unit = unitOf(metric, valuesOf(row, metric));
    return { title: words(`${metric.title} (${unit.name})`), row, metric, unit, showsUnit: false };
  });
  const id = `${scenario.scenario}-${row.phase}-${row.operation}`;
  const hasInterval = scenario.runs.length > 1;
  return tableOf(scenario, names, { id, key: "metric", title: "Metric", hasInterval }, lines);
}

/** Two columns are compared side by side; more of them one below the other, to keep the width. */
function tableOf(
  scenario: ScenarioComparison,
  names: ColumnNames,
  shape: Shape,
  lines: readonly Line[],
): Table {
  const labels = scenario.runs.map(({ label }) => label);
  const shownAs = labels.map((label) => names.get(label) ?? label);
  const contrasted = labels.length > 1;
  const value = (line: Line, at: number) => valueCell(line, line.row.cells[at]);
  const contrast = ({ row, metric }: Line, at: number): readonly Cell[] => {
    const one = at === 0 ? undefined : row.contrasts[at]?.[metric.name];
    const base = at === 0 && labels.length > 2;
    const ratio = base ? cell("1x", 1) : ratioCell(metric, one);
    return shape.hasInterval ? [ratio, intervalCell(one)] : [ratio];
  };
  const contrastColumns = [
    right("ratio", "Ratio"),
    ...(shape.hasInterval ? [right("interval", "95% interval")] : []),
  ];
  const first = left(shape.key, shape.title);
  if (labels.length <= 2) {
    const columns = [
      first,
      ...labels.map((label, at) => right(label, shownAs[at] ?? label)),
      ...(contrasted ? contrastColumns : []),
    ];
    const rows = lines.map((line) => [
      line.title,
      ...labels.map((_, at) => value(line, at)),
      ...(contrasted ? contrast(line, 1) : []),
    ]);
    return { kind: "table", id: shape.id, columns, rows };
  }
  const columns = [first, left("column", "Column"), right("value", "Value"), ...contrastColumns];
  const rows = lines.flatMap((line) =>
    labels.map((label, at) => [
      line.title,
      cell([{ code: shownAs[at] ?? label }], label),
      value(line, at),
      ...contrast(line, at),
    ]),
  );
  return { kind: "table", id: shape.id, columns, rows };
}

function valuesOf(row: ComparedRow, metric: Metric): readonly (number | null)[] {
  return row.cells.map((one) => medianIn(one, metric));
}

function valueCell(line: Line, compared: ComparedCell | undefined): Cell {
  const { metric, unit, showsUnit } = line;
  const value = compared?.values[metric.name];
  if (value === undefined) return cell(MISSING, null);
  const spread = showsUnit ? ` ${unit.name}` : spreadText(value);
  return cell(shownIn(metric, value.value, unit) + spread, value.value, BASE_UNITS[metric.kind]);
}

function left(key: string, title: string): Column {
  return { key, title, align: "left" };
}

function right(key: string, title: string): Column {
  return { key, title, align: "right" };
}

function ratioCell(metric: Metric, contrast: Contrast | undefined): Cell {
  return cell(ratioText(metric, contrast), contrast?.ratio ?? null);
}

/** `0.98 – 1.06`, with its confidence if that is below 95%; factors as the ratio has them. */
function intervalCell(contrast: Contrast | undefined): Cell {
  const interval = contrast?.interval ?? null;
  if (contrast === undefined || interval === null) return cell(MISSING, null);
  const { low, high, confidence } = interval;
  const less = confidence < 0.95 ? ` (${confidenceText(confidence)})` : "";
  return rangeCell(intervalText(contrast, interval) + less, low, high);
}

/** Confidence of an interval, rounded down. */
export function confidenceText(confidence: number): string {
  return formatShare(Math.floor(confidence * 100) / 100);
}

/** `0.98 – 1.06`; of the inverse where the ratio is below 1 and shown as a factor from 1. */
export function intervalText(contrast: Contrast, { low, high }: Interval): string {
  const { ratio, shown } = contrast;
  const isDirected = shown !== null || formatNumber(1 / ratio) !== "1.00";
  const isInverted = ratio < 1 && low > 0 && isDirected;
  const [from, to] = isInverted ? [1 / high, 1 / low] : [low, high];
  return `${formatNumber(from)} – ${formatNumber(to)}`;
}

/** ` ± 3%`: half width of a median's interval; empty without an interval. */
function spreadText({ value, interval }: ComparedValue): string {
  if (interval === null || value === 0) return "";
  const reach = Math.max(interval.high - value, value - interval.low) / value;
  return ` ± ${(reach * 100).toFixed(reach < 0.0995 ? 1 : 0)}%`;
}
