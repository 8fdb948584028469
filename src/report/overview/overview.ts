/**
 * Overview of several stored runs: one row per run with its headline numbers and a link to its
 * page, grouped by the work they did, the newest run first. `groups.ts` groups and names runs,
 * `numbers.ts` makes the cells, `trend.ts` the charts of plans that ran several times on one
 * target.
 */

import type { Run } from "../../model/run/run.ts";
import {
  type Cell,
  dataTable,
  list,
  type Notice,
  paragraph,
  plain,
  type Table,
  type Value,
} from "../parts/document.ts";
import { sentence } from "../parts/format.ts";
import { locationText } from "../parts/where.ts";
import type { Document } from "../report.ts";
import { groupsOf, planSentences, type RunGroup } from "./groups.ts";
import { COLUMNS, type OverviewRun, rowOf } from "./numbers.ts";
import { type RangeOf, trendBlocks } from "./trend.ts";

const READING =
  "A run with several phases has the range of their numbers; of repetitions, the one with the " +
  "median rate counts. p99: response time in an open loop, otherwise service time. Errors: in " +
  "all repetitions.";

function linkText(runs: readonly OverviewRun[]): string {
  const hasPage = (one: OverviewRun): boolean => one.page !== null;
  if (!runs.some(hasPage)) return "";
  return ` A date${runs.every(hasPage) ? "" : " with a link"} leads to the report of the run.`;
}

function unreadableNotice(problem: string): Notice {
  return { kind: "notice", tone: "bad", text: `Not on this page: ${sentence(problem)}` };
}

/**
 * One page about several stored runs, with the trend of each plan that ran often enough. `rangeOf`
 * finds the range of the intervals of a run; absent: trends without ranges. `unreadable`: why
 * other runs are not on the page.
 */
export function overviewReport(
  runs: readonly OverviewRun[],
  rangeOf: RangeOf = () => null,
  unreadable: readonly string[] = [],
): Document {
  const groups = groupsOf(runs.map(({ run }) => run));
  const rows = rowsOf(groups, runs);
  const table: Table = { kind: "table", id: "runs", columns: COLUMNS, rows: shownRows(rows) };
  const plans = planSentences(groups);
  return {
    title: "Stored runs",
    lead: [paragraph(countText(runs, groups))],
    view: [...unreadable.map(unreadableNotice), ...trendBlocks(groups, rangeOf)],
    sections: [
      {
        title: "Runs",
        blocks: [
          table,
          paragraph(READING + linkText(runs)),
          ...(plans.length === 0 ? [] : [list(plans)]),
        ],
      },
    ],
    data: dataTable(
      "runs",
      [...COLUMNS.map(({ key }) => key), ...WORK_KEYS],
      rows.map(({ run, cells }) => [...cells.map(({ value }) => value), ...workValues(run)]),
    ),
  };
}

/** Columns that only programs get: the plan and the location that distinguish groups of runs. */
const WORK_KEYS = ["run_id", "plan_hash", "target_kind", "target_location"];

function workValues({ id, planHash, target: { kind, address } }: Run): readonly Value[] {
  return [id, planHash, kind, locationText(address)];
}

function countText(runs: readonly OverviewRun[], groups: readonly RunGroup[]): string {
  const scenarios = new Set(groups.map(({ runs: [{ plan }] }) => plan.name)).size;
  const targets = new Set(groups.map(({ target }) => plain(target))).size;
  const days = runs.map(({ run }) => run.startedAt.slice(0, 10)).sort();
  const [first = "", last = ""] = [days[0], days.at(-1)];
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  const counts = [
    counted(runs.length, "run"),
    `of ${counted(scenarios, "scenario")} on ${counted(targets, "target")}`,
  ];
  return `${counts.join(" ")}, ${when}.`;
}

/** A row of the table, with the group that it begins or continues. */
interface RunRow {
  readonly run: Run;
  readonly cells: readonly Cell[];
  readonly isFirst: boolean;
}

/** One row per run: group by group, the newest run first. */
function rowsOf(groups: readonly RunGroup[], runs: readonly OverviewRun[]): readonly RunRow[] {
  const pages = new Map(runs.map(({ run, page }) => [run, page]));
  return groups.flatMap((group) =>
    group.runs.toReversed().map((run, at) => ({
      run,
      cells: rowOf({ run, page: pages.get(run) ?? null }, group),
      isFirst: at === 0,
    })),
  );
}

/** Cells for readers: scenario and target are in the first row of their group. */
function shownRows(rows: readonly RunRow[]): readonly (readonly Cell[])[] {
  return rows.map(({ cells, isFirst }) =>
    isFirst ? cells : cells.map((own, column) => (column < 2 ? { ...own, text: "" } : own)),
  );
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
