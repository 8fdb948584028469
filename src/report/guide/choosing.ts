import type { StorageCost } from "../../model/run/cost.ts";
import { isForeign } from "../../model/target/amazon.ts";
import { BUCKET_KINDS, KIND } from "../../model/target/kind.ts";
import type { Block, Text } from "../parts/document.ts";
import { code, list, paragraph } from "../parts/document.ts";
import { usd } from "../parts/format.ts";
import type { Section } from "../report.ts";
import { disqualifies } from "./caveats.ts";
import { classOf, delivered, perUnit } from "./costs.ts";
import type { GridRow, WorkloadGrid } from "./grid.ts";
import type { GuideSubject } from "./subject.ts";
import { bestOf, VIEWS, type View } from "./workloads.ts";

/** Smallest relative difference at which two values of single runs get a rank. */
const MIN_DIFFERENCE = 0.1;

/** One storage and the value that ranks it. */
interface Ranked {
  readonly name: string;
  readonly value: number;
}

/** Rankings of the storage for a choice; null if no AWS storage, real or emulated, was measured. */
export function choosingSection(subject: GuideSubject): Section | null {
  const pool = poolOf(subject);
  if (pool === null) return null;
  const items = choiceItems(subject);
  const scope = pool.isEmulated
    ? "These targets are emulated: the ranking shows the format of this report, not AWS. "
    : "";
  const alone =
    pool.columns.length === 1 ? "Only one AWS storage was measured, so there is no ranking. " : "";
  const blocks: Block[] = [
    paragraph(
      `${scope}${alone}Best first. ≈: less than 10% apart, which is not a difference here; test ` +
        "it with ",
      code("assay compare"),
      ".",
    ),
    ...(items.length === 0 ? [paragraph(NOTHING)] : [list(items)]),
  ];
  return { title: "Choice of storage", blocks };
}

/** Rankings of the measured storage, one per view and cost; empty without two to rank. */
export function choiceItems(subject: GuideSubject): readonly Text[] {
  const pool = poolOf(subject);
  if (pool === null) return [];
  return [...VIEWS.flatMap((view) => ranking(pool, view)), ...costItems(pool, subject.costs)];
}

/** The storage to rank: on AWS if there is any, else emulated; null without either. */
function poolOf({ grid }: GuideSubject): (WorkloadGrid & { readonly isEmulated: boolean }) | null {
  const real = only(grid, (target) => !isForeign(target) && target.emulated === undefined);
  if (real.columns.length > 0) return { ...real, isEmulated: false };
  const emulated = only(grid, (target) => target.emulated !== undefined);
  return emulated.columns.length > 0 ? { ...emulated, isEmulated: true } : null;
}

const NOTHING =
  "No workload ran on two of them without a disqualifying caveat, so there is no ranking.";

function only(
  grid: WorkloadGrid,
  wanted: (target: WorkloadGrid["columns"][number]["target"]) => boolean,
): WorkloadGrid {
  const kept = grid.columns.flatMap(({ target }, index) => (wanted(target) ? [index] : []));
  const pick = <T>(all: readonly T[]): readonly T[] => all.filter((_, at) => kept.includes(at));
  return {
    columns: pick(grid.columns),
    rows: grid.rows.map((row) => ({ ...row, cells: pick(row.cells) })),
  };
}

/** A ranking by the workload that most storage ran; none if only one ran it. */
function ranking({ columns, rows }: WorkloadGrid, view: View): readonly Text[] {
  const fair = rows.filter(view.suits).map((row) => {
    const all = row.cells.map((cells, at) => ({ best: bestOf(view, cells), at }));
    const found = all.flatMap(({ best, at }) => (best === null ? [] : [{ ...best, at }]));
    const ranked = found.flatMap(({ one, value, at }) =>
      disqualifies(one.caveats) ? [] : [{ name: columns[at]?.title ?? "", value }],
    );
    return { row, ranked, excluded: found.length - ranked.length };
  });
  const several = fair.filter(({ ranked }) => ranked.length >= 2);
  // Under load, latency is queueing time: it is compared with the fewest operations in flight.
  const least = Math.min(...several.map(({ row }) => inFlight(row)));
  const asked =
    view.better === "less" ? several.filter(({ row }) => inFlight(row) === least) : several;
  const most = Math.max(0, ...asked.map(({ ranked }) => ranked.length));
  const chosen = asked.find(({ ranked }) => ranked.length === most);
  if (chosen === undefined) return [];
  const { row, ranked, excluded } = chosen;
  const left = excluded === 0 ? "" : `; ${excluded} left out because of caveats`;
  return [[{ strong: TITLES[view.id] }, ...workload(row), orderOf(ranked, view), `${left}.`]];
}

function inFlight({ plan }: GridRow): number {
  return plan.workers * plan.queueDepth;
}

const TITLES: Readonly<Record<View["id"], string>> = {
  iops: "Highest IOPS",
  throughput: "Highest throughput",
  latency: "Lowest latency (p50)",
  "first-byte": "Shortest time to first byte (p50)",
};

function workload({ title, scenario, phase }: GridRow): readonly (string | { code: string })[] {
  return [`, ${title} (`, { code: scenario }, " ", { code: phase }, "): "];
}

function orderOf(
  ranked: readonly Ranked[],
  { better, show, unit }: Pick<View, "better" | "show" | "unit">,
): string {
  const sign = better === "more" ? -1 : 1;
  const ordered = [...ranked].sort((a, b) => sign * (a.value - b.value));
  return ordered
    .map(({ name, value }, index) => {
      const shown = `${name} ${show(value)}${unit === "" ? "" : ` ${unit}`}`;
      const before = ordered[index - 1];
      if (before === undefined) return shown;
      const apart = Math.abs(value - before.value) / Math.max(value, before.value);
      return `${apart < MIN_DIFFERENCE ? " ≈ " : better === "more" ? " > " : " < "}${shown}`;
    })
    .join("");
}

/** Rankings by cost per delivered rate and per stored TiB. */
function costItems(grid: WorkloadGrid, costs: readonly StorageCost[]): readonly Text[] {
  const names = new Set(grid.columns.map(({ target }) => target.name));
  const own = costs.filter(({ target }) => names.has(target));
  const item = (title: string, read: (cost: StorageCost) => number | null): Text[] => {
    const ranked = own.flatMap((cost): Ranked[] => {
      const value = read(cost);
      const kind = BUCKET_KINDS.has(cost.kind) ? classOf(cost) : KIND[cost.kind].short;
      const name = `${cost.target} (${kind})`;
      return value === null ? [] : [{ name, value }];
    });
    if (ranked.length < 2) return [];
    const order = orderOf(ranked, { better: "less", show: usd, unit: "" });
    return [[{ strong: title }, `: ${order}.`]];
  };
  return [
    ...item("Lowest cost per 1,000 delivered IOPS and month", (cost) =>
      perUnit(cost, delivered(grid, cost, "iops"), 1000),
    ),
    ...item("Lowest cost per delivered MB/s and month", (cost) =>
      perUnit(cost, delivered(grid, cost, "throughput"), 1e6),
    ),
    ...item("Lowest cost per stored TiB and month", ({ perTibMonthUsd }) => perTibMonthUsd),
  ];
}
