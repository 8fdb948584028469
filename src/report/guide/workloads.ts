import { exactLatencyNs } from "../../metrics/histogram/latency-figure.ts";
import { dividedTable } from "../format/narrow-table.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  loud,
  paragraph,
  type Table,
  type Text,
} from "../parts/document.ts";
import { formatIops, formatLatency, formatNumber, MEGABYTE } from "../parts/format.ts";
import type { Section } from "../report.ts";
import type { Caveats } from "./caveats.ts";
import type { GridCell, GridRow, WorkloadGrid } from "./grid.ts";
import type { GuideSubject } from "./subject.ts";

/** Largest operation for which ops/s are compared; larger ones are compared by throughput. */
const SMALL_BYTES = 64 * 1024;

/** One comparison of workloads by storage: the value, the workloads, and what is better. */
export interface View {
  readonly id: "iops" | "throughput" | "latency" | "first-byte";
  readonly title: string;
  readonly unit: string;
  /** Base unit of the values. */
  readonly baseUnit: string;
  readonly suits: (row: GridRow) => boolean;
  /** Value in base units; null if the phase has none. */
  readonly read: (one: GridCell) => number | null;
  readonly better: "more" | "less";
  readonly show: (value: number) => string;
  /** A second value that is only shown. */
  readonly aside?: (one: GridCell) => number | null;
}

export const VIEWS: readonly View[] = [
  {
    id: "iops",
    title: "IOPS of small operations",
    unit: "ops/s",
    baseUnit: "ops/s",
    suits: ({ bytesEach }) => bytesEach <= SMALL_BYTES,
    read: ({ summary }) => summary.operationsPerSecond,
    better: "more",
    show: formatIops,
  },
  {
    id: "throughput",
    title: "Throughput of large operations, MB/s",
    unit: "MB/s",
    baseUnit: "B/s",
    suits: ({ bytesEach }) => bytesEach > SMALL_BYTES,
    read: ({ summary }) => summary.bytesPerSecond,
    better: "more",
    show: (value) => formatNumber(value / MEGABYTE),
  },
  {
    id: "latency",
    title: "Latency, p50 and p99",
    unit: "",
    baseUnit: "ns",
    suits: () => true,
    read: ({ summary }) => exactLatencyNs(summary.latency, "p50"),
    better: "less",
    show: formatLatency,
    aside: ({ summary }) => exactLatencyNs(summary.latency, "p99"),
  },
  {
    id: "first-byte",
    title: "Time to first byte, p50 and p99",
    unit: "",
    baseUnit: "ns",
    suits: () => true,
    read: ({ summary }) => exactLatencyNs(summary.firstByte, "p50"),
    better: "less",
    show: formatLatency,
    aside: ({ summary }) => exactLatencyNs(summary.firstByte, "p99"),
  },
];

/** The phase of a workload with the best value on one storage; null without a value. */
export function bestOf(
  view: View,
  cells: readonly GridCell[],
): { readonly one: GridCell; readonly value: number } | null {
  const found = cells.flatMap((one) => {
    const value = view.read(one);
    return value === null || value <= 0 ? [] : [{ one, value }];
  });
  const sign = view.better === "more" ? -1 : 1;
  return found.sort((a, b) => sign * (a.value - b.value))[0] ?? null;
}

/** Workloads by storage: a table per view, and the caveats. */
export function workloadSection({ grid, caveats }: GuideSubject): Section | null {
  const tables = VIEWS.flatMap((view): Block[] => {
    const table = viewTable(grid, view, caveats);
    return table === null ? [] : [paragraph({ strong: view.title }), ...dividedTable(table, 1)];
  });
  if (tables.length === 0) return null;
  const legend = caveats.legend();
  return {
    title: "Workloads by storage",
    isDetail: true,
    blocks: [
      paragraph(
        "Medians over repetitions. If a workload has several settings, the best one is shown " +
          "with its value. –: not run, or no value.",
      ),
      ...tables,
      ...(legend === null
        ? []
        : [loud("Values with a letter have a caveat, and some are left out of rankings:"), legend]),
    ],
  };
}

function viewTable({ columns, rows }: WorkloadGrid, view: View, caveats: Caveats): Table | null {
  const shown = rows.filter(
    (row) => view.suits(row) && row.cells.some((cells) => bestOf(view, cells) !== null),
  );
  if (shown.length === 0) return null;
  const titles: readonly Column[] = [
    { key: "phase", title: "Scenario and phase", align: "left" },
    ...columns.map(({ title }): Column => ({ key: title, title, align: "right" })),
  ];
  return {
    kind: "table",
    id: `workloads-${view.id}`,
    columns: titles,
    rows: shown.map((row) => [
      cell([{ code: row.scenario }, " ", { code: row.phase }], `${row.scenario} ${row.phase}`),
      ...row.cells.map((cells) => numberCell(view, cells, caveats)),
    ]),
  };
}

function numberCell(view: View, cells: readonly GridCell[], caveats: Caveats): Cell {
  const best = bestOf(view, cells);
  if (best === null) return cell("–", null);
  const { one, value } = best;
  const aside = view.aside?.(one) ?? null;
  const text: Text = [
    { strong: view.show(value) },
    aside === null ? "" : `, ${view.show(aside)}`,
    one.at === "" || cells.length === 1 ? "" : ` at ${one.at}`,
    caveats.mark(one.caveats),
  ];
  return cell(text, value, view.baseUnit);
}
