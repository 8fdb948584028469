import type { ComparedValue } from "../../metrics/compare/cells.ts";
import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { Contrast, Contrasts } from "../../metrics/compare/contrasts.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import { type Cell, type Column, cell, name, type Table, words } from "../parts/document.ts";
import {
  formatIops,
  formatLatency,
  formatNumber,
  formatRate,
  formatRatio,
  formatShare,
  MISSING,
} from "../parts/format.ts";
import type { Notes } from "../parts/notes.ts";
import {
  BASE_UNITS,
  METRICS,
  type Metric,
  medianIn,
  P99,
  RATES,
  shownIn,
  unitOf,
} from "./metrics.ts";
import { missingRuns, remarks, shortRemarks } from "./remarks.ts";

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
  const places = comparison.labels.map((label) =>
    scenario.runs.findIndex((run) => run.label === label),
  );
  const rate = headline(row);
  const valuesOf = (metric: Metric): (number | null)[] =>
    places.map((place) => {
      const one = row.cells[place];
      return one === undefined ? null : medianIn(one, metric);
    });
  // A column beside which the first label has nothing has nothing to be compared with.
  const based = places[0] === 0;
  const contrasts = places.slice(1).map((place) => (based ? row.contrasts[place] : undefined));
  return [
    name(scenario.scenario),
    name(workloadName(row)),
    ...valuesOf(rate).map((value) => cell(rateText(rate, value), value, BASE_UNITS[rate.kind])),
    ...contrasts.map((one) => ratioCell(one?.[rate.name])),
    ...valuesOf(P99).map((value) => cell(formatLatency(value), value, BASE_UNITS.latency)),
    ...contrasts.map((one) => ratioCell(one?.[P99.name])),
    notes.refer([...shortRemarks(scenario.runs, row), ...missingRuns(comparison, scenario)]),
  ];
}

/** The rate that says most about a workload, by the bytes its operations really moved. */
function headline(row: ComparedRow): Metric {
  const measured = row.cells.find((one) => (medianIn(one, RATES.iops) ?? 0) > 0);
  if (measured === undefined) return RATES.iops;
  const operations = medianIn(measured, RATES.iops) ?? 1;
  const perOperation = (medianIn(measured, RATES.throughput) ?? 0) / operations;
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
    ...labels
      .slice(1)
      .flatMap((label) => [
        right(`ratio ${label}`, ratioTitle(labels, label)),
        right(`interval ${label}`, "95 % interval"),
      ]),
    left("notes", "Notes"),
  ];
  const rows = scenario.rows.flatMap((row) => metricRows(scenario, row, notes));
  return { kind: "table", id: `scenario-${scenario.scenario}`, columns, rows };
}

function metricRows(scenario: ScenarioComparison, row: ComparedRow, notes: Notes): Cell[][] {
  const has = (metric: Metric): boolean =>
    row.cells.some((one) => (medianIn(one, metric) ?? 0) > 0);
  const anything = METRICS.some(has);
  const metrics = METRICS.filter(
    (metric) => has(metric) || (anything && metric.always) || metric === RATES.iops,
  );
  const referred = notes.refer(remarks(scenario.runs, row));
  return metrics.map((metric) => {
    const values = row.cells.map((one) => medianIn(one, metric));
    const unit = unitOf(metric, values);
    return [
      name(workloadName(row)),
      words(metric.title),
      cell(unit.name, BASE_UNITS[metric.kind]),
      ...row.cells.map((one) => {
        const value = one.values[metric.name];
        const spread = value === undefined ? "" : spreadText(value);
        return cell(shownIn(metric, value?.value ?? null, unit) + spread, value?.value ?? null);
      }),
      ...row.contrasts
        .slice(1)
        .flatMap((one: Contrasts) => [ratioCell(one[metric.name]), intervalCell(one[metric.name])]),
      referred,
    ];
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

/** Nothing can be said of whether a difference is more than chance. */
const NOTHING_SHOWN = "~";

/** `1.12x faster`, or `1.02x ~` where no difference was shown. */
function ratioCell(contrast: Contrast | undefined): Cell {
  if (contrast === undefined) return cell(MISSING, null);
  return cell(`${formatRatio(contrast.ratio)} ${contrast.shown ?? NOTHING_SHOWN}`, contrast.ratio);
}

/** `0.98 – 1.06`, with how sure it is where that is less than 95 %. */
function intervalCell(contrast: Contrast | undefined): Cell {
  const interval = contrast?.interval ?? null;
  if (interval === null) return cell(MISSING, null);
  const { low, high, confidence } = interval;
  const text = `${formatNumber(low)} – ${formatNumber(high)}`;
  const less = confidence < 0.95 ? ` (${formatShare(Math.floor(confidence * 100) / 100)})` : "";
  return cell(text + less, `${low}..${high}`);
}

/** ` ± 3 %`: how far the interval of a median reaches; nothing without one. */
function spreadText({ value, interval }: ComparedValue): string {
  if (interval === null || value === 0) return "";
  const reach = Math.max(interval.high - value, value - interval.low) / value;
  return ` ± ${(reach * 100).toFixed(reach < 0.0995 ? 1 : 0)} %`;
}
