import { type Cell, cell, type Table, tableColumns } from "../../parts/document.ts";
import type { TimelineColumn, TimelineFigure } from "../../parts/figure.ts";
import {
  formatCount,
  formatIops,
  formatNumber,
  formatRate,
  formatShare,
  MISSING,
} from "../../parts/format.ts";
import { figureCell } from "../../parts/latency-cell.ts";
import { isLowerBound } from "../words/bounds.ts";

/** One column of the table: its key and title, and the cell of one or more columns together. */
interface NumberColumn {
  readonly key: string;
  readonly title: string;
  readonly cell: (group: readonly TimelineColumn[]) => Cell;
}

/**
 * Table of a time line with at most `maxRows` rows. A row of several columns has their mean rate
 * and the highest percentile of a single column: percentiles are never averaged.
 */
export function timelineNumbers(id: string, figure: TimelineFigure, maxRows: number): Table {
  const { columns } = figure;
  const size = Math.max(1, Math.ceil(columns.length / maxRows));
  const groups = Array.from({ length: Math.ceil(columns.length / size) }, (_, at) =>
    columns.slice(at * size, (at + 1) * size),
  );
  const shown = numberColumns(figure, size > 1);
  return {
    kind: "table",
    id,
    columns: tableColumns(shown.map(({ key, title }) => [key, title, "right"] as const)),
    rows: groups.map((group) => shown.map((column) => column.cell(group))),
  };
}

function numberColumns(figure: TimelineFigure, isGrouped: boolean): readonly NumberColumn[] {
  const { columns, rateUnit, rateTitle } = figure;
  const highest = isGrouped ? "Highest " : "";
  const some = (of: "errors" | "throttled" | "backlog" | "stealShare" | "cpuWaitShare") =>
    columns.some((column) => (column[of] ?? 0) > 0);
  const rateKey = rateUnit === "B/s" ? "bytes_per_second" : "operations_per_second";
  const rateText = rateUnit === "B/s" ? formatRate : formatIops;
  return [
    { key: "from_s", title: "From (s)", cell: (group) => secondsCell(group[0]?.fromS ?? 0) },
    { key: "to_s", title: "To (s)", cell: (group) => secondsCell(group.at(-1)?.toS ?? 0) },
    { key: rateKey, title: rateTitle, cell: (group) => rateCell(group, "rate", rateText) },
    ...knownRate(columns, "offered", `offered_${rateKey}`, "Offered", rateText),
    latencyColumn("latency_p50_ns", `${highest}p50`, "p50Ns"),
    latencyColumn("latency_p99_ns", `${highest}p99`, "p99Ns"),
    latencyColumn("latency_max_ns", "max", "maxNs"),
    ...(some("errors") ? [sumColumn("errors", "Errors", "errors")] : []),
    ...(some("throttled") ? [sumColumn("throttled", "Throttled", "throttled")] : []),
    ...(some("backlog") ? [mostColumn("backlog", "Max. backlog", "backlog", formatCount)] : []),
    ...(some("stealShare")
      ? [mostColumn("cpu_steal_share", "CPU steal", "stealShare", formatShare)]
      : []),
    ...(some("cpuWaitShare")
      ? [mostColumn("cpu_wait_share", "CPU wait", "cpuWaitShare", formatShare)]
      : []),
    ...(["Read", "Write"] as const).flatMap((way) => {
      const key = `device_${way.toLowerCase()}_bytes_per_second`;
      return knownRate(
        columns,
        `device${way}Rate`,
        key,
        `Device ${way.toLowerCase()}s`,
        formatRate,
      );
    }),
  ];
}

type KnownRate = "offered" | "deviceReadRate" | "deviceWriteRate";

/** A column of means, if any value is known. */
function knownRate(
  columns: readonly TimelineColumn[],
  of: KnownRate,
  key: string,
  title: string,
  format: (value: number) => string,
): readonly NumberColumn[] {
  if (columns.every((column) => column[of] === null)) return [];
  return [{ key, title, cell: (group) => rateCell(group, of, format) }];
}

function secondsCell(seconds: number): Cell {
  return cell(formatNumber(seconds), seconds);
}

/** Mean over the time of the group in which it is known. */
function rateCell(
  group: readonly TimelineColumn[],
  of: "rate" | KnownRate,
  format: (value: number) => string,
): Cell {
  const known = group.filter((one) => one[of] !== null);
  if (known.length === 0) return cell(MISSING, null);
  const seconds = known.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0);
  const total = known.reduce((sum, one) => sum + (one[of] ?? 0) * (one.toS - one.fromS), 0);
  return cell(format(total / seconds), total / seconds);
}

function mostColumn(
  key: string,
  title: string,
  of: "backlog" | "stealShare" | "cpuWaitShare",
  format: (value: number) => string,
): NumberColumn {
  return {
    key,
    title,
    cell: (group) => {
      const values = group.flatMap((column) => column[of] ?? []);
      const most = values.length === 0 ? null : Math.max(...values);
      return most === null ? cell(MISSING, null) : cell(format(most), most);
    },
  };
}

/** The highest of a percentile; a lower bound if that of any column is one. */
function latencyColumn(key: string, title: string, of: "p50Ns" | "p99Ns" | "maxNs"): NumberColumn {
  return {
    key,
    title,
    cell: (group) => {
      const known = group.filter((column) => column[of] !== null);
      const ns = known.length === 0 ? null : Math.max(...known.map((column) => column[of] ?? 0));
      return figureCell({
        ns,
        isLowerBound: known.some((one) => isLowerBound(one[of], one.atLeastNs)),
      });
    },
  };
}

function sumColumn(key: string, title: string, of: "errors" | "throttled"): NumberColumn {
  return {
    key,
    title,
    cell: (group) => {
      const sum = group.reduce((all, column) => all + column[of], 0);
      return cell(formatCount(sum), sum);
    },
  };
}
