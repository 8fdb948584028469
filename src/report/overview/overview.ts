/**
 * Overview of several stored runs: one row per run with its headline numbers and a link to its
 * page, grouped by scenario and target, the newest run first. `numbers.ts` makes the cells,
 * `trend.ts` the charts of plans that ran several times on one target.
 */

import { runTrends } from "../../metrics/series/run-trend.ts";
import type { Run } from "../../model/run/run.ts";
import { dataTable, paragraph, type Table } from "../parts/document.ts";
import type { Document } from "../report.ts";
import { COLUMNS, type OverviewRun, rowOf } from "./numbers.ts";
import { type RangeOf, trendBlocks } from "./trend.ts";

/** Runs of one scenario on one target, the newest first. */
interface RunGroup {
  readonly scenario: string;
  readonly target: string;
  readonly runs: readonly OverviewRun[];
}

const READING = [
  "A run with several phases has the range of their numbers; of repetitions, the one with the " +
    "median rate counts. p99: response time in an open loop, otherwise service time. Errors: in " +
    "all repetitions. A date leads to the report of the run.",
];

/**
 * One page about several stored runs, with the trend of each plan that ran often enough. `rangeOf`
 * finds the range of the intervals of a run; absent: trends without ranges.
 */
export function overviewReport(
  runs: readonly OverviewRun[],
  rangeOf: RangeOf = () => null,
): Document {
  const groups = groupsOf(runs);
  const table = runTable(groups);
  return {
    title: "Stored runs",
    lead: [paragraph(countText(runs, groups))],
    view: trendBlocks(runTrends(runs.map(({ run }) => run)), rangeOf),
    sections: [{ title: "Runs", blocks: [table, paragraph(...READING)] }],
    data: dataTable(
      "runs",
      table.columns.map(({ key }) => key),
      table.rows.map((row) => row.map(({ value }) => value)),
    ),
  };
}

/** Groups of runs in the order of their names. */
function groupsOf(runs: readonly OverviewRun[]): readonly RunGroup[] {
  const groups = Map.groupBy(runs, ({ run }) => JSON.stringify([run.plan.name, run.target.name]));
  return [...groups.values()]
    .flatMap((members) => {
      const [first] = members;
      if (first === undefined) return [];
      const { plan, target } = first.run;
      const sorted = members.toSorted((one, other) => compareTexts(startOf(other), startOf(one)));
      return [{ scenario: plan.name, target: target.name, runs: sorted }];
    })
    .toSorted(
      (one, other) =>
        compareTexts(one.scenario, other.scenario) || compareTexts(one.target, other.target),
    );
}

function countText(runs: readonly OverviewRun[], groups: readonly RunGroup[]): string {
  const scenarios = new Set(groups.map(({ scenario }) => scenario)).size;
  const targets = new Set(groups.map(({ target }) => target)).size;
  const days = runs.map((one) => startOf(one).slice(0, 10)).sort();
  const [first = "", last = ""] = [days[0], days.at(-1)];
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  const counts = [
    counted(runs.length, "run"),
    `of ${counted(scenarios, "scenario")} on ${counted(targets, "target")}`,
  ];
  return `${counts.join(" ")}, ${when}.`;
}

function runTable(groups: readonly RunGroup[]): Table {
  const rows = groups.flatMap(({ runs }) =>
    runs.map((one, at) => {
      const cells = rowOf(one);
      // Scenario and target are in the first row of their runs.
      return at === 0
        ? cells
        : cells.map((own, column) => (column < 2 ? { ...own, text: "" } : own));
    }),
  );
  return { kind: "table", id: "runs", columns: COLUMNS, rows };
}

function startOf({ run }: { readonly run: Run }): string {
  return run.startedAt;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
