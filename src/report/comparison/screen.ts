import type { ComparedCell } from "../../metrics/compare/cells.ts";
import type { Comparison } from "../../metrics/compare/compare.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import { plain } from "../parts/document.ts";
import { formatCount } from "../parts/format.ts";
import { offAwsSentence } from "../parts/kind.ts";
import { type Screen, type ScreenLine, screenLine } from "../screen/screen.ts";
import type { ScreenTable } from "../screen/table-lines.ts";
import { groupedRemarks, missingScenarios, remarkText } from "./caveats.ts";
import { kindOf, leadSentences } from "./lead.ts";
import { type Metric, P99, rateOf, shownIn, unitOf } from "./metrics.ts";
import { type ColumnNames, columnLegend, columnNames, workloadName } from "./names.ts";
import { ratioText } from "./outcome.ts";
import { significanceSentences } from "./reading.ts";

/** The short answer of a comparison: rate and p99 of every workload, with the ratios. */
export function comparisonScreen(comparison: Comparison): Screen {
  const names = columnNames(comparison);
  return {
    headline: headline(comparison),
    table: tableOf(comparison, names),
    lines: linesOf(comparison, names),
    others: "see --print report",
    ...(comparison.scenarios.length > 1 && { maxLines: MAX_LINES_OF_SEVERAL }),
  };
}

/** Maximum lines for several scenarios, whose headings and rows need more room. */
const MAX_LINES_OF_SEVERAL = 40;

function headline({ labels, scenarios, testing }: Comparison): string {
  const [first = "", ...others] = labels;
  const workloads = scenarios.reduce((sum, { rows }) => sum + rows.length, 0);
  const plural = workloads === 1 ? "workload" : "workloads";
  const once = testing?.most === 1 ? ", one run each" : "";
  const title = others.length === 0 ? first : `${others.join(", ")} compared with ${first}`;
  return `${title}: ${formatCount(workloads)} ${plural}${once}`;
}

/** One workload, and where each label's column is among those of its scenario; -1: nowhere. */
interface Workload {
  readonly name: string;
  readonly row: ComparedRow;
  readonly places: readonly number[];
}

/** Rows below the name of their scenario; without it if there is one scenario. */
interface Group {
  readonly heading: string | null;
  readonly workloads: readonly Workload[];
}

/**
 * Two columns side by side; more of them one below the other. A scenario of one column has nothing
 * to compare and is only in the report, unless there is no other.
 */
function tableOf({ labels, scenarios }: Comparison, names: ColumnNames): ScreenTable {
  const titles = labels.map((label) => names.get(label) ?? label);
  const compared = scenarios.filter(({ runs }) => runs.length > 1);
  const shown = compared.length > 0 ? compared : scenarios;
  const groups = shown.map((scenario): Group => {
    const isOnly = scenarios.length === 1;
    const places = labels.map((label) => scenario.runs.findIndex((run) => run.label === label));
    const workloads = scenario.rows.map((row) => {
      return { name: `${isOnly ? "" : "  "}${workloadName(row)}`, row, places };
    });
    return { heading: isOnly ? null : scenario.scenario, workloads };
  });
  return titles.length > 2 ? stacked(groups, titles) : sideBySide(groups, titles);
}

const PHASE = { title: "PHASE", align: "left" } as const;

function right(title: string, optional = false) {
  return { title: title.toUpperCase(), align: "right", optional } as const;
}

type Rows = ScreenTable["rows"];

function groupedRows(groups: readonly Group[], rowsOf: (workload: Workload) => Rows): Rows {
  return groups.flatMap(({ heading, workloads }) => [
    ...(heading === null ? [] : [[heading]]),
    ...workloads.flatMap(rowsOf),
  ]);
}

function sideBySide(groups: readonly Group[], titles: readonly string[]): ScreenTable {
  const columns = [
    PHASE,
    ...titles.map((title) => right(title)),
    right("ratio"),
    right("p99 ratio"),
    ...titles.map((title) => right(`${title} p99`, true)),
  ];
  const rows = groupedRows(groups, ({ name, row, places }) => {
    const other = places[1] ?? -1;
    const texts = [
      name,
      ...places.map((place) => valueText(row.cells[place], rateOf(row))),
      ...[rateOf(row), P99].map((metric) => ratioOf(row, places, other, metric)),
      ...places.map((place) => valueText(row.cells[place], P99)),
    ];
    return [texts];
  });
  return { columns, rows, noun: "workload" };
}

function stacked(groups: readonly Group[], titles: readonly string[]): ScreenTable {
  const column = { title: "COLUMN", align: "left" } as const;
  const numbers = ["rate", "ratio", "p99", "p99 ratio"].map((title) => right(title));
  const rows = groupedRows(groups, ({ name, row, places }) =>
    places.flatMap((place, index) => {
      if (place < 0) return [];
      const values = [rateOf(row), P99].flatMap((metric) => [
        valueText(row.cells[place], metric),
        ratioOf(row, places, place, metric),
      ]);
      return [[name, titles[index] ?? "", ...values]];
    }),
  );
  return { columns: [PHASE, column, ...numbers], rows, noun: "row" };
}

/** A value with its unit. */
function valueText(compared: ComparedCell | undefined, metric: Metric): string {
  const value = compared?.values[metric.name]?.value ?? null;
  const unit = unitOf(metric, [value]);
  const text = shownIn(metric, value, unit);
  return value === null ? text : `${text} ${unit.name}`;
}

/** A ratio to the first column; `–` if the scenario was not run there. */
function ratioOf(
  row: ComparedRow,
  places: readonly number[],
  place: number,
  metric: Metric,
): string {
  const contrast = places[0] === 0 ? row.contrasts[place]?.[metric.name] : undefined;
  return place === places[0] && place === 0 ? "1x" : ratioText(metric, contrast);
}

function linesOf(comparison: Comparison, names: ColumnNames): readonly ScreenLine[] {
  const legend = columnLegend(names);
  const runs = comparison.scenarios.flatMap((scenario) => scenario.runs);
  const offAws = offAwsSentence(runs.map((run) => ({ ...kindOf(run), name: run.target })));
  const lead = leadSentences(comparison).map(plain);
  const differ = comparison.scenarios.some((one) => one.differentSurroundings !== null)
    ? ["The columns differ in target, host or software; see --print report."]
    : [];
  const remarks = groupedRemarks(comparison, "caveats");
  const missing = missingScenarios(comparison).map((one) => plain(remarkText(one, names)));
  const caveats = [
    ...[...lead, ...missing, ...differ],
    ...remarks.map((one) => plain(remarkText(one, names, 1))),
  ];
  const significance = significanceSentences(comparison);
  return [
    ...(legend.length === 0 ? [] : [labelled("Columns", legend)]),
    ...(significance.length === 0 ? [] : [labelled("Meaning", significance)]),
    ...(caveats.length === 0 ? [] : [labelled("Caveats", caveats, "warning")]),
    ...(offAws === null ? [] : [screenLine("Scope", offAws)]),
    { label: "Next", items: nextSteps(comparison), tone: "plain" },
  ];
}

function nextSteps({ scenarios }: Comparison): readonly string[] {
  const report = "--print report shows every metric, interval, run and definition.";
  const several = scenarios.some(({ runs }) => {
    const columns = runs.map(({ target, planHash }) => `${planHash} ${target}`);
    return new Set(columns).size < columns.length;
  });
  return several ? [`--pool combines the runs of a target into one column; ${report}`] : [report];
}

function labelled(
  label: string,
  items: readonly string[],
  tone: ScreenLine["tone"] = "plain",
): ScreenLine {
  return { label, items, tone };
}
