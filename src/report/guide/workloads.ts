import { exactLatencyNs } from "../../metrics/histogram/latency-figure.ts";
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

/** Operations that move no more than this are counted, larger ones are weighed. */
const SMALL_BYTES = 64 * 1024;

/** One way to look at workloads by storage: which number, of which workloads, what is better. */
export interface View {
  readonly id: "iops" | "throughput" | "latency" | "first-byte";
  readonly title: string;
  readonly unit: string;
  /** Unit of the values themselves. */
  readonly baseUnit: string;
  readonly suits: (row: GridRow) => boolean;
  /** In base units; null where a phase has no such number. */
  readonly read: (one: GridCell) => number | null;
  readonly better: "more" | "less";
  readonly show: (value: number) => string;
  /** What is read beside it, for the reader only. */
  readonly aside?: (one: GridCell) => number | null;
}

export const VIEWS: readonly View[] = [
  {
    id: "iops",
    title: "Operations a second (IOPS), small operations",
    unit: "op/s",
    baseUnit: "op/s",
    suits: ({ bytesEach }) => bytesEach <= SMALL_BYTES,
    read: ({ summary }) => summary.operationsPerSecond,
    better: "more",
    show: formatIops,
  },
  {
    id: "throughput",
    title: "Throughput in MB/s, large operations",
    unit: "MB/s",
    baseUnit: "B/s",
    suits: ({ bytesEach }) => bytesEach > SMALL_BYTES,
    read: ({ summary }) => summary.bytesPerSecond,
    better: "more",
    show: (value) => formatNumber(value / MEGABYTE),
  },
  {
    id: "latency",
    title: "Latency: half of the operations took at most the p50, all but one in a hundred the p99",
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
    title: "Time to the first byte, p50 and p99",
    unit: "",
    baseUnit: "ns",
    suits: () => true,
    read: ({ summary }) => exactLatencyNs(summary.firstByte, "p50"),
    better: "less",
    show: formatLatency,
    aside: ({ summary }) => exactLatencyNs(summary.firstByte, "p99"),
  },
];

/** Of all phases of a workload on one storage, the one with the best number; null without any. */
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

/** Workloads by storage: a table for each way to look at them, and what is doubtful in them. */
export function workloadSection({ grid, doubts }: GuideSubject): Section | null {
  const tables = VIEWS.flatMap((view): Block[] => {
    const table = viewTable(grid, view, doubts);
    return table === null ? [] : [paragraph({ strong: view.title }), table];
  });
  if (tables.length === 0) return null;
  const legend = doubts.legend();
  return {
    title: "Workloads by storage",
    blocks: [
      paragraph(
        "Medians of repetitions. Where a workload was run at several settings, the best one " +
          "counts and stands beside its number. – means that it was not run there, or has no " +
          "such number.",
      ),
      ...tables,
      ...(legend === null
        ? []
        : [
            loud("A letter behind a number is a doubt about it, and makes it no fair rank:"),
            legend,
          ]),
    ],
  };
}

function viewTable({ columns, rows }: WorkloadGrid, view: View, doubts: Caveats): Table | null {
  const shown = rows.filter(
    (row) => view.suits(row) && row.cells.some((cells) => bestOf(view, cells) !== null),
  );
  if (shown.length === 0) return null;
  const titles: readonly Column[] = [
    { key: "workload", title: "Workload", align: "left" },
    { key: "phase", title: "Scenario and phase", align: "left" },
    ...columns.map(({ title }): Column => ({ key: title, title, align: "right" })),
  ];
  return {
    kind: "table",
    id: `workloads-${view.id}`,
    columns: titles,
    rows: shown.map((row) => [
      cell(row.title, row.title),
      cell([{ code: row.scenario }, " ", { code: row.phase }], `${row.scenario} ${row.phase}`),
      ...row.cells.map((cells) => numberCell(view, cells, doubts)),
    ]),
  };
}

function numberCell(view: View, cells: readonly GridCell[], doubts: Caveats): Cell {
  const best = bestOf(view, cells);
  if (best === null) return cell("–", null);
  const { one, value } = best;
  const aside = view.aside?.(one) ?? null;
  const text: Text = [
    { strong: view.show(value) },
    aside === null ? "" : `, ${view.show(aside)}`,
    one.at === "" || cells.length === 1 ? "" : ` at ${one.at}`,
    doubts.mark(one.doubts),
  ];
  return cell(text, value, view.baseUnit);
}
