import { COMPARED, METRIC_NAMES } from "../../src/metrics/compare/metrics.ts";
import type { DataColumn } from "../../src/model/data-column.ts";
import { comparisonData } from "../../src/report/comparison/data.ts";
import { guideData } from "../../src/report/guide/data.ts";
import type { Table } from "../../src/report/parts/document.ts";
import { SEARCH_COLUMNS } from "../../src/report/run/files/search-csv.ts";
import { SUMMARY_COLUMNS } from "../../src/report/run/files/summary-columns.ts";
import { THRESHOLD_COLUMNS } from "../../src/report/run/files/thresholds-csv.ts";
import { verdictData } from "../../src/report/verdict/table.ts";
import { INTERVAL_COLUMNS } from "../../src/run/store/interval-rows.ts";
import { JOURNAL_FILE } from "../../src/run/store/journal.ts";
import { SAMPLE_COLUMNS } from "../../src/run/store/sample-rows.ts";
import { runJsonSchema } from "../write-schema.ts";
import { COMPARISON, CONTRASTS, GUIDE, VERDICTS } from "./report-columns.ts";
import { type RunField, runObjects } from "./run-fields.ts";

/** A CSV table with the text that introduces it. */
interface Section {
  readonly title: string;
  readonly about: string;
  readonly columns: readonly DataColumn[];
}

const MATRIX: DataColumn = {
  key: "matrix_<setting>",
  unit: "text",
  meaning:
    "one column per matrix setting of the scenario, such as `matrix_queueDepth`: its value as " +
    "written in the scenario; empty in phases without this setting",
};

/** Returns the sections of every CSV file and CSV report, each with all of its columns. */
export function csvSections(): readonly Section[] {
  const noGuide = { statements: [], claims: [], verdicts: [], runs: [], costs: [], scenarios: [] };
  return [
    {
      title: "summary.csv",
      about:
        "One row per phase, repetition and operation. `assay report --format csv` prints the " +
        "same rows.",
      columns: [...SUMMARY_COLUMNS, MATRIX],
    },
    {
      title: "intervals.csv",
      about: "The time series: one row per phase, repetition, interval and operation.",
      columns: [...INTERVAL_COLUMNS, MATRIX],
    },
    {
      title: "samples.csv",
      about: "The host once per second of each phase. Phases shorter than 0.5 s have no row.",
      columns: SAMPLE_COLUMNS,
    },
    {
      title: "thresholds.csv",
      about: "One row per threshold. Only runs with thresholds have this file.",
      columns: THRESHOLD_COLUMNS,
    },
    {
      title: "search.csv",
      about:
        "One row per point of a search (`assay find`), in the order of measuring. Only runs " +
        "with a search have this file.",
      columns: SEARCH_COLUMNS,
    },
    {
      title: "assay compare",
      about:
        "`assay compare --format csv`: one row per phase, operation and column of the " +
        "comparison. In names such as `<metric>_ratio`, the metric is the name of a value " +
        "without `_ns`, as in `latency_p99_ratio`. Bounds end with the unit, as in " +
        "`latency_p99_low_ns`.",
      columns: comparisonColumns(),
    },
    {
      title: "assay verify",
      about: "`assay verify --format csv`: one row per verdict.",
      columns: described(verdictData([]), VERDICTS),
    },
    {
      title: "assay report --guide",
      about:
        "`assay report --guide --format csv`: one row per statement, claim and target. A claim " +
        "without evidence has one row without a target, a statement without claims one row " +
        "without a claim. The columns of `assay verify` follow these.",
      columns: described(guideData(noGuide), [...GUIDE, ...VERDICTS]).slice(0, GUIDE.length),
    },
  ];
}

/** Columns of a comparison; those that each metric has are described once. */
function comparisonColumns(): readonly DataColumn[] {
  const empty = {
    labels: [],
    scenarios: [],
    notRun: [],
    leftOut: [],
    across: false,
    testing: null,
  };
  const values = METRIC_NAMES.map((name): DataColumn => {
    const { key } = COMPARED[name];
    const rate = key === "bytes_per_second" ? "bytes/s" : "operations/s";
    const meaning = "median over the repetitions; of an even number, the slower of the middle two";
    return { key, unit: key.endsWith("_ns") ? "ns" : rate, meaning };
  });
  const contrasts = CONTRASTS.map((one) => ({ ...one, key: `<metric>_${one.key}` }));
  const known = [...COMPARISON, ...values, ...BOUNDS, ...contrasts];
  const metrics = values.map(({ key }) => key.replace(/_ns$/, ""));
  const patternOf = (key: string): string => {
    const metric = metrics.find((one) => key.startsWith(`${one}_`) && !key.endsWith(`${one}_ns`));
    const name = metric === undefined ? key : `<metric>${key.slice(metric.length)}`;
    return name.replace(/(?<=^<metric>_(low|high))_ns$/, "");
  };
  const columns = comparisonData(empty).columns.map((one) => ({ ...one, key: patternOf(one.key) }));
  return [...new Set(described({ columns }, known))];
}

const BOUNDS: readonly DataColumn[] = (["low", "high"] as const).map((end) => ({
  key: `<metric>_${end}`,
  unit: "unit of the metric",
  meaning: `${end === "low" ? "lower" : "upper"} end of the 95% confidence interval of the median`,
}));

/** Descriptions of the columns that a table has, in its order. Throws for an unknown column. */
function described(
  { columns }: Pick<Table, "columns">,
  known: readonly DataColumn[],
): readonly DataColumn[] {
  return columns.map(({ key }) => {
    const found = known.find((one) => one.key === key);
    if (found !== undefined) return found;
    throw new Error(`scripts/docs/report-columns.ts: column "${key}" has no description`);
  });
}

const UNITS: readonly (readonly [unit: string, meaning: string])[] = [
  ["ns, s", "nanoseconds, seconds"],
  ["bytes, bytes/s", "bytes, bytes per second; 1 MB/s is 1,000,000 bytes/s"],
  ["operations/s", "operations per second: IOPS, requests/s or files/s"],
  ["count", "number without a unit"],
  ["share, probability", "number between 0 and 1"],
  ["ratio", "quotient of two values of the same unit"],
  ["true/false", "`true` or `false`"],
  ["UTC time", "ISO 8601, such as `2026-11-26T03:04:39.000Z`"],
  ["text", "one value as text"],
  ["list", "text with several entries, separated by `;`"],
  ["unit of X", "the value has the unit that column `X` of the same row names"],
];

const JOURNAL_FIELDS: readonly RunField[] = [
  { path: "step", type: "whole number", meaning: "steps of the run with this result" },
  { path: "phase", type: "object", meaning: "result of a phase, the next entry of `phases`" },
  { path: "search", type: "object", meaning: "result of a search so far, instead of a phase" },
  { path: "at", type: "whole number", meaning: "its position in `searches`, from 0" },
];

/** Returns `docs/data-dictionary.md`. */
export function dataDictionary(): string {
  const sections = csvSections();
  const [run, ...objects] = runObjects(runJsonSchema());
  return `${[
    "# Data dictionary",
    "Generated by `npm run docs` from the column tables in `src`; do not edit.",
    "Every CSV column and every field of `run.json` with its unit and meaning. Names of columns " +
      "are stable: new columns are added at the end, so read columns by name. An empty field is " +
      "a value that was not measured or does not apply, never zero. Text that a spreadsheet " +
      "would run as a formula starts with an apostrophe.",
    [...sections.map(({ title }) => title), JOURNAL_FILE, "run.json"]
      .map((title) => `- [${title}](#${anchorOf(title)})`)
      .join("\n"),
    "## Units",
    markdownRows(["unit", "meaning"], UNITS),
    ...sections.flatMap(({ title, about, columns }) => [
      `## ${title}`,
      about,
      markdownRows(
        ["column", "unit", "meaning"],
        columns.map(({ key, unit, meaning }) => [`\`${key}\``, unitText(unit), meaning]),
      ),
    ]),
    `## ${JOURNAL_FILE}`,
    "Results of a run in progress that `run.json` does not have yet, one JSON document per line. " +
      "A last line without a line break was cut off by a crash. A line is newer than `run.json` " +
      "if its `step` is higher than the steps of `run.json`: its phases, and for each of its " +
      "searches the points, 1 if `capacityPerSecond` is not null, and 1 if `ended` is not null.",
    fieldTable(JOURNAL_FIELDS),
    "## run.json",
    "The whole run: plan, target, environment and the result of every phase. " +
      "[run.schema.json](run.schema.json) is its JSON Schema. The name of a number ends with " +
      "its unit: `Ns` (nanoseconds), `Bytes`, `BytesPerSecond`, `PerSecond` (operations per " +
      "second), `Share` (0 to 1), `Usd`; other numbers have no unit. In a path, `[]` is an entry " +
      "of a list and `<kind>` a variant, selected by the field `kind`. Optional fields are " +
      "absent in runs of older versions, or if they do not apply.",
    fieldTable(run?.fields ?? []),
    ...objects.flatMap(({ name, about, fields }) => [`### ${name}`, about, fieldTable(fields)]),
  ].join("\n\n")}\n`;
}

function fieldTable(fields: readonly RunField[]): string {
  const rows = fields.map(({ path, type, meaning }) => [`\`${path}\``, type, meaning]);
  return markdownRows(["field", "type", "meaning"], rows);
}

/** `unit of X` with `X` as code if it is a column. */
function unitText(unit: string): string {
  return unit.replace(/^unit of (\w+)$/, "unit of `$1`");
}

function anchorOf(title: string): string {
  return title.replaceAll(/[^a-z -]/g, "").replaceAll(" ", "-");
}

function markdownRows(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}
