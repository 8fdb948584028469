import { NO_BYTES, ON_PATHS, OPERATION, type Operation } from "../../model/plan/operation.ts";
import type { CostPart, PriceSource, StorageCost } from "../../model/run/cost.ts";
import { BUCKET_KINDS, KIND } from "../../model/target/kind.ts";
import { STORAGE_CLASS_NAMES } from "../../model/target/storage-class.ts";
import { dividedTable, narrowTable } from "../format/narrow-table.ts";
import type { Block, Cell, Table } from "../parts/document.ts";
import { cell, list, paragraph, tableColumns, words } from "../parts/document.ts";
import { sentence } from "../parts/format.ts";
import { makeNotes } from "../parts/notes.ts";
import type { Section } from "../report.ts";
import { disqualifies } from "./caveats.ts";
import type { GridCell, GridRow, WorkloadGrid } from "./grid.ts";
import type { GuideSubject } from "./subject.ts";
import { bestOf, VIEWS } from "./workloads.ts";

/** The highest rate that a storage delivered, and its workload. */
export interface Delivered {
  /** Operations or bytes per second. */
  readonly perSecond: number;
  readonly row: GridRow;
  readonly one: GridCell;
}

/**
 * Returns the highest rate of reads and writes of a target in any workload without a disqualifying
 * caveat; null if there is none.
 */
export function delivered(
  { columns, rows }: WorkloadGrid,
  { target }: StorageCost,
  what: "iops" | "throughput",
): Delivered | null {
  const view = VIEWS.find(({ id }) => id === what);
  if (view === undefined) return null;
  const found = rows.filter(view.suits).flatMap((row) => {
    if (!row.plan.mix.every(({ operation }) => movesBytes(operation))) return [];
    const own = row.cells.filter((_, at) => columns[at]?.target.name === target).flat();
    const best = bestOf(
      view,
      own.filter(({ caveats }) => !disqualifies(caveats)),
    );
    return best === null ? [] : [{ perSecond: best.value, row, one: best.one }];
  });
  return found.sort((a, b) => b.perSecond - a.perSecond)[0] ?? null;
}

/** Whether an operation transfers data of files and volumes, not of objects and shards. */
function movesBytes(operation: Operation): boolean {
  const isOfFiles = ON_PATHS.has(operation) && OPERATION[operation].unit !== "sample";
  return isOfFiles && !NO_BYTES.has(operation);
}

/**
 * Returns USD per month for a number of delivered units: `monthly / (delivered / units)`; null if
 * transferred data is charged too, so that the monthly price is not the whole cost.
 */
export function perUnit(cost: StorageCost, found: Delivered | null, units: number): number | null {
  const { monthlyUsd } = cost;
  if (monthlyUsd === null || found === null || isByUse(cost)) return null;
  return monthlyUsd / (found.perSecond / units);
}

const MONTH = tableColumns([
  ["target", "Target", "left"],
  ["provisioned", "Provisioned", "left"],
  ["storage_usd_per_month", "Storage", "right"],
  ["iops_usd_per_month", "IOPS", "right"],
  ["throughput_usd_per_month", "Throughput", "right"],
  ["usd_per_month", "USD per month", "right"],
  ["usd_per_month_per_thousand_iops", "Per 1,000 IOPS", "right"],
  ["usd_per_month_per_mb_per_second", "Per MB/s", "right"],
  ["usd_per_month_per_tib", "Per TiB", "right"],
  ["notes", "Notes", "left"],
]);

const USE = tableColumns([
  ["target", "Target", "left"],
  ["provisioned", "Class", "left"],
  ["usd_per_month_per_tib", "Per TiB and month", "right"],
  ["read_usd_per_gb", "Per GB read", "right"],
  ["write_usd_per_gb", "Per GB written", "right"],
  ["read_usd_per_thousand", "1,000 reads", "right"],
  ["write_usd_per_thousand", "1,000 writes", "right"],
]);

/** Costs of the targets, absolute and per delivered rate; null without prices. */
export function costsSection({ grid, costs }: GuideSubject): Section | null {
  if (costs.length === 0) return null;
  const notes = makeNotes();
  const volumes = costs.filter(({ use }) => use.readUsdPerThousand === null);
  const used = costs.filter(({ use }) => use.readUsdPerGb !== null);
  const month = volumes.map((cost) => monthRow(grid, cost, notes.refer));
  const remarks = notes.list();
  const blocks: Block[] = [
    paragraph(
      "List prices of one Region, in USD per month. Costs per 1,000 IOPS and per MB/s use the " +
        "highest measured rate without a disqualifying caveat. Snapshots, requests and data " +
        "transfer out of AWS are not included. Sizes are in units of 1024.",
    ),
  ];
  if (month.length > 0) {
    const table: Table = { kind: "table", id: "costs-month", columns: MONTH, rows: month };
    blocks.push(...narrowTable(table, { name: "target", details: ["provisioned"] }));
    if (remarks !== null) blocks.push(remarks);
  }
  if (used.length > 0) {
    blocks.push(paragraph("Prices by use:"));
    const table: Table = { kind: "table", id: "costs-use", columns: USE, rows: used.map(useRow) };
    blocks.push(...dividedTable(table, 2));
  }
  blocks.push(list(sourcesOf(costs)));
  return { title: "Costs", blocks };
}

function monthRow(
  grid: WorkloadGrid,
  cost: StorageCost,
  refer: (remarks: readonly string[]) => Cell,
): readonly Cell[] {
  const iops = delivered(grid, cost, "iops");
  const throughput = delivered(grid, cost, "throughput");
  const rates = [...deliveredWords("IOPS", iops), ...deliveredWords("MB/s", throughput)];
  const where = [
    ...(rates.length === 0 || cost.monthlyUsd === null
      ? []
      : [`${cost.target} delivered ${rates.join(" and ")}.`]),
    ...(isByUse(cost)
      ? [`${cost.target}: transferred data is charged separately; see the prices by use.`]
      : []),
    ...cost.remarks.map((remark) => sentence(`${cost.target}: ${remark}`)),
  ];
  return [
    words(cost.target),
    cell(cost.provisioned === "" ? "undeclared" : cost.provisioned, cost.provisioned || null),
    partCell(cost, "storage"),
    partCell(cost, "iops"),
    partCell(cost, "throughput"),
    amountCell(cost.monthlyUsd, true),
    amountCell(perUnit(cost, iops, 1000)),
    amountCell(perUnit(cost, throughput, 1e6)),
    amountCell(cost.perTibMonthUsd),
    refer(where),
  ];
}

/** Whether transferred data is charged, so that the monthly price is not the whole cost. */
function isByUse({ use }: StorageCost): boolean {
  return (use.readUsdPerGb ?? 0) > 0 || (use.writeUsdPerGb ?? 0) > 0;
}

function deliveredWords(what: "IOPS" | "MB/s", found: Delivered | null): readonly string[] {
  if (found === null) return [];
  const amount = what === "IOPS" ? found.perSecond : found.perSecond / 1e6;
  const at = found.one.at === "" ? "" : ` at ${found.one.at}`;
  const rate = `${Math.round(amount).toLocaleString("en-US")} ${what}`;
  return [`${rate} in ${found.row.scenario} ${found.row.phase}${at}`];
}

function partCell({ parts, monthlyUsd }: StorageCost, what: CostPart["what"]): Cell {
  const part = parts.find((one) => one.what === what);
  if (part === undefined) return cell(monthlyUsd === null ? "?" : "–", null);
  return amountCell(part.monthlyUsd);
}

function useRow(cost: StorageCost): readonly Cell[] {
  const { readUsdPerGb, writeUsdPerGb, readUsdPerThousand, writeUsdPerThousand } = cost.use;
  return [
    words(cost.target),
    cell(classOf(cost), cost.provisioned),
    amountCell(cost.perTibMonthUsd),
    amountCell(readUsdPerGb),
    amountCell(writeUsdPerGb),
    amountCell(readUsdPerThousand),
    amountCell(writeUsdPerThousand),
  ];
}

/** The storage class of a bucket; the provisioned values of any other storage. */
export function classOf({ kind, storageClass, provisioned }: StorageCost): string {
  if (!BUCKET_KINDS.has(kind)) return provisioned;
  return kind === "s3" ? `S3 ${STORAGE_CLASS_NAMES[storageClass ?? "STANDARD"]}` : KIND[kind].short;
}

/** USD to the cent; below one dollar two significant digits. */
function amountCell(amount: number | null, important = false): Cell {
  if (amount === null) return cell("–", null);
  const shown =
    amount === 0 ? "0" : amount >= 1 ? amount.toFixed(2) : String(Number(amount.toPrecision(2)));
  return cell(important ? [{ strong: shown }] : shown, amount);
}

function sourcesOf(costs: readonly StorageCost[]): readonly string[] {
  const all = new Map<string, PriceSource>();
  for (const { sources } of costs) for (const one of sources) all.set(one.title, one);
  return [...all.values()].map(
    ({ title, address, date }) => `Prices: ${title} (${date}), ${address}.`,
  );
}
