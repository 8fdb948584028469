import type { Comparison, ScenarioComparison } from "../metrics/compare.ts";
import type { ComparedRow } from "../metrics/compare-rows.ts";
import { ratioTo } from "../metrics/compare-rows.ts";
import { missingRuns, remarks, shortRemarks } from "./comparison-remarks.ts";
import type { Cell, Column, Table } from "./document.ts";
import { cell, name, words } from "./document.ts";
import { formatIops, formatLatency, formatRate, formatRatio, MISSING } from "./format.ts";
import type { Metric } from "./metric.ts";
import { METRICS, RATES, shownIn, unitOf } from "./metric.ts";
import type { Notes } from "./notes.ts";

/** Bytes an operation has to move for its throughput to say more than its operations a second. */
const THROUGHPUT_BYTES = 128 * 1024;

/** `read`, or `mix: write` for one operation of a mix. */
function workloadName(row: Pick<ComparedRow, "phase" | "operation">): string {
  return row.operation === "all" ? row.phase : `${row.phase}: ${row.operation}`;
}

/** One row a workload of any scenario: its rate and its p99 in each column, and their ratios. */
export function glanceTable(comparison: Comparison, notes: Notes): Table {
  const { labels } = comparison;
  const others = labels.slice(1);
  const columns: Column[] = [
    left("scenario", "Scenario"),
    left("phase", "Phase"),
    ...labels.map((label) => right(`rate ${label}`, label)),
    ...others.map((label) => right(`rate_ratio ${label}`, ratioTitle(labels, label))),
    ...labels.map((label) => right(`p99 ${label}`, `p99 ${label}`)),
    ...others.map((label) => right(`p99_ratio ${label}`, `p99 ${ratioTitle(labels, label)}`)),
    left("notes", "Notes"),
  ];
  const rows = comparison.scenarios.flatMap((scenario) =>
    scenario.rows.map((row) => glanceRow(comparison, scenario, row, notes)),
  );
  return { kind: "table", id: "glance", columns, rows };
}

function glanceRow(
  comparison: Comparison,
  scenario: ScenarioComparison,
  row: ComparedRow,
  notes: Notes,
): Cell[] {
  const cells = comparison.labels.map((label) => {
    const index = scenario.runs.findIndex((run) => run.label === label);
    return row.cells[index] ?? null;
  });
  const rate = headline(row);
  const rates = cells.map((one) => (one === null ? null : rate.read(one)));
  const p99s = cells.map((one) => one?.latency?.p99Ns ?? null);
  return [
    name(scenario.scenario),
    name(workloadName(row)),
    ...rates.map((value) => cell(rateText(rate, value), value)),
    ...ratioCells(rates),
    ...p99s.map((value) => cell(formatLatency(value), value)),
    ...ratioCells(p99s),
    notes.refer([...shortRemarks(scenario.runs, row), ...missingRuns(comparison, scenario)]),
  ];
}

/** The rate that says most about a workload, by the bytes its operations really moved. */
function headline(row: ComparedRow): Metric {
  const measured = row.cells.find((one) => (one.operationsPerSecond ?? 0) > 0);
  const perOperation = (measured?.bytesPerSecond ?? 0) / (measured?.operationsPerSecond ?? 1);
  return perOperation >= THROUGHPUT_BYTES ? RATES.throughput : RATES.iops;
}

function rateText(metric: Metric, value: number | null): string {
  if (value === null) return MISSING;
  return metric === RATES.throughput ? formatRate(value) : `${formatIops(value)} op/s`;
}

/** One scenario: a row a phase and metric, a column a run, and the metric's unit beside it. */
export function scenarioTable(scenario: ScenarioComparison, notes: Notes): Table {
  const labels = scenario.runs.map((run) => run.label);
  const columns: Column[] = [
    left("phase", "Phase"),
    left("metric", "Metric"),
    left("unit", "Unit"),
    ...labels.map((label) => right(label, label)),
    ...labels.slice(1).map((label) => right(`ratio ${label}`, ratioTitle(labels, label))),
    left("notes", "Notes"),
  ];
  const rows = scenario.rows.flatMap((row) => metricRows(scenario, row, notes));
  return { kind: "table", id: `scenario-${scenario.scenario}`, columns, rows };
}

function metricRows(scenario: ScenarioComparison, row: ComparedRow, notes: Notes): Cell[][] {
  const has = (metric: Metric): boolean => row.cells.some((one) => (metric.read(one) ?? 0) > 0);
  const anything = METRICS.some(has);
  const metrics = METRICS.filter(
    (metric) => has(metric) || (anything && metric.always) || metric === RATES.iops,
  );
  const referred = notes.refer(remarks(scenario.runs, row));
  return metrics.map((metric) => {
    const values = row.cells.map((one) => metric.read(one));
    const unit = unitOf(metric, values);
    return [
      name(workloadName(row)),
      words(metric.title),
      words(unit.name),
      ...values.map((value) => cell(shownIn(metric, value, unit), value)),
      ...ratioCells(values),
      referred,
    ];
  });
}

function ratioCells(values: readonly (number | null)[]): Cell[] {
  const first = values[0] ?? null;
  return values.slice(1).map((value) => {
    const ratio = ratioTo(first, value);
    return cell(formatRatio(ratio), ratio);
  });
}

function ratioTitle(labels: readonly string[], label: string): string {
  return labels.length === 2 ? "ratio" : `${label} ÷ ${labels[0]}`;
}

function left(key: string, title: string): Column {
  return { key, title, align: "left" };
}

function right(key: string, title: string): Column {
  return { key, title, align: "right" };
}
