/**
 * Report of a comparison. `metrics/compare` has made its numbers and tests; nothing is tested or
 * summarized here. This file has the list of sections and the lead; `view.ts` has the charts,
 * `table.ts` shows numbers, `caveats.ts` and `reading.ts` explain them, `screen.ts` is the short
 * answer, `data.ts` the CSV.
 */

import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { PooledCurve } from "../../metrics/series/pooled.ts";
import {
  type Block,
  cell,
  code,
  list,
  loud,
  name,
  paragraph,
  sentenceText,
  strong,
  type Table,
  tableColumns,
} from "../parts/document.ts";
import { formatUtc, sentence } from "../parts/format.ts";
import { offAwsSentence, targetNoun } from "../parts/kind.ts";
import { type Document, type Section, type SectionOf, sectionsOf } from "../report.ts";
import { groupedRemarks, missingRuns, remarkText } from "./caveats.ts";
import { comparisonData } from "./data.ts";
import { kindOf, leadSentences } from "./lead.ts";
import { type ColumnNames, columnLegend, columnNames, workloadName } from "./names.ts";
import { definitionSection, orderSentences, significanceSentences } from "./reading.ts";
import { metricTable, workloadTables } from "./table.ts";
import { comparisonView } from "./view.ts";

/** The sections in the order they are read; a new one is a line here. */
const SECTIONS: readonly SectionOf<Comparison>[] = [
  resultSection,
  caveatSection,
  detailSections,
  runSection,
  definitionSection,
];

/**
 * Several runs side by side; as CSV one row per workload and column, in base units. `curves`:
 * latencies by percentile for the charts; absent: without these charts.
 */
export function comparisonReport(
  comparison: Comparison,
  curves: readonly PooledCurve[] = [],
): Document {
  const runs = comparison.scenarios.flatMap((scenario) => scenario.runs);
  const offAws = offAwsSentence(runs.map((run) => ({ ...kindOf(run), name: run.target })));
  const warnings = [...(offAws === null ? [] : [[offAws]]), ...leadSentences(comparison)];
  return {
    title: `Comparison of ${comparison.labels.join(", ")}`,
    lead: [...warnings.map((one) => loud(...one)), ...differences(comparison)],
    view: comparisonView(comparison, curves),
    sections: sectionsOf(SECTIONS, comparison),
    data: comparisonData(comparison),
  };
}

/** Differences between the columns in plan, storage, host or software. */
function differences({ scenarios, across }: Comparison): readonly Block[] {
  const plans = across ? scenarios.flatMap(({ differentPlans }) => differentPlans ?? []) : [];
  const different = scenarios.filter((one) => one.differentSurroundings !== null);
  const groups = Map.groupBy(different, (one) => one.differentSurroundings);
  return [
    ...plans.map((text) => paragraph(`Differences between the plans: ${text}.`)),
    ...[...groups].map(([text, group]) => {
      const named = group.flatMap(({ scenario }, at) => [at === 0 ? " of " : ", ", code(scenario)]);
      const of = group.length === scenarios.length ? [] : named;
      return paragraph("Columns", ...of, ` differ: ${text}.`);
    }),
  ];
}

function resultSection(comparison: Comparison): Section {
  const names = columnNames(comparison);
  const legend = columnLegend(names);
  const repetitions = groupedRemarks(comparison, "repetitions");
  return {
    title: "Result",
    blocks: [
      ...significanceSentences(comparison).map((text) => paragraph(...sentenceText(text))),
      ...(legend.length === 0 ? [] : [list(legend)]),
      ...comparison.scenarios.flatMap((scenario) => resultBlocks(scenario, names)),
      ...(repetitions.length === 0 ? [] : [list(repetitions.map((one) => remarkText(one, names)))]),
    ],
  };
}

/** Rate and p99 of all workloads of a scenario; every metric if there is one workload. */
function resultBlocks(scenario: ScenarioComparison, names: ColumnNames): readonly Block[] {
  const [row, ...others] = scenario.rows;
  if (row === undefined) return [];
  const heading = others.length === 0 ? `, ${workloadName(row)}` : "";
  const tables =
    others.length === 0 ? [metricTable(scenario, names, row)] : workloadTables(scenario, names);
  const title = `${heading}: ${sentence(scenario.title)}`;
  return [paragraph(strong(scenario.scenario), title), ...tables];
}

function caveatSection(comparison: Comparison): Section | null {
  const names = columnNames(comparison);
  const remarks = [...groupedRemarks(comparison, "caveats"), ...missingRuns(comparison)];
  if (remarks.length === 0) return null;
  return { title: "Caveats", blocks: [list(remarks.map((one) => remarkText(one, names)))] };
}

/** Every metric of every workload; a scenario of one workload is in the result already. */
function detailSections(comparison: Comparison): readonly Section[] {
  const names = columnNames(comparison);
  const several = comparison.scenarios.filter(({ rows }) => rows.length > 1);
  return several.map((scenario) => ({
    title: `Details of ${scenario.scenario}`,
    isDetail: true,
    blocks: scenario.rows
      .filter(({ cells }) => cells.some(({ absent }) => absent === null))
      .flatMap((row) => [paragraph(strong(workloadName(row))), metricTable(scenario, names, row)]),
  }));
}

function runSection(comparison: Comparison): Section {
  const { scenarios } = comparison;
  const nouns = new Map(
    scenarios.flatMap(({ runs }) => runs.map((one) => [one.label, targetNoun(kindOf(one))])),
  );
  const targets = [...nouns].map(([label, noun]) => `${label} is ${noun}`).join("; ");
  return {
    title: "Runs",
    blocks: [
      paragraph(`${targets}.`),
      runTable(comparison),
      ...planBlock(scenarios),
      ...orderSentences(comparison).map((text) => paragraph(...sentenceText(text))),
      paragraph(
        "Each run's directory has its repetitions in ",
        code("summary.csv"),
        " and ",
        code("run.json"),
        ". The comparison as CSV (",
        code("--format csv"),
        ") has every p-value, interval and effect size.",
      ),
    ],
  };
}

function runTable(comparison: Comparison): Table {
  const names = columnNames(comparison);
  const rows = comparison.scenarios.flatMap(({ runs }) =>
    runs.flatMap((column) =>
      column.runs.map((run) => [
        cell([{ code: names.get(column.label) ?? column.label }], column.label),
        name(run.id),
        cell(formatUtc(run.startedAt), run.startedAt),
      ]),
    ),
  );
  const columns = tableColumns([
    ["column", "Column", "left"],
    ["run_id", "Run", "left"],
    ["started_at", "Started (UTC)", "left"],
  ]);
  return { kind: "table", id: "runs", columns, rows };
}

/** The plan of each scenario whose runs all have the same one. */
function planBlock(scenarios: readonly ScenarioComparison[]): readonly Block[] {
  const plans = scenarios.flatMap(({ scenario, runs }) => {
    const hashes = new Set(runs.map(({ planHash }) => planHash.slice(0, 12)));
    return hashes.size === 1 ? [`${scenario} ${[...hashes].join()}`] : [];
  });
  return plans.length === 0 ? [] : [paragraph(`Plans: ${plans.join(", ")}.`)];
}
