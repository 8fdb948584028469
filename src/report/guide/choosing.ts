import type { StorageCost } from "../../model/run/cost.ts";
import { isForeign } from "../../model/target/amazon.ts";
import { BUCKET_KINDS, KIND } from "../../model/target/kind.ts";
import type { Block, Text } from "../parts/document.ts";
import { code, list, paragraph } from "../parts/document.ts";
import { usd } from "../parts/format.ts";
import type { Section } from "../report.ts";
import { forbids } from "./caveats.ts";
import { classOf, delivered, perUnit } from "./costs.ts";
import type { GridRow, WorkloadGrid } from "./grid.ts";
import type { GuideSubject } from "./subject.ts";
import { bestOf, VIEWS, type View } from "./workloads.ts";

/** Numbers of single runs that are no further apart are not told apart. */
const APART = 0.1;

/** One storage and the number it is ranked by. */
interface Ranked {
  readonly name: string;
  readonly value: number;
}

/**
 * What follows from the numbers for choosing storage, and nothing that does not; null where
 * nothing of AWS, real or emulated, was measured.
 */
export function choosingSection({ grid, costs }: GuideSubject): Section | null {
  const real = only(grid, (target) => !isForeign(target) && target.emulated === undefined);
  const emulated = only(grid, (target) => target.emulated !== undefined);
  const pool = real.columns.length > 0 ? real : emulated;
  if (pool.columns.length === 0) return null;
  const items = [...VIEWS.flatMap((view) => ranking(pool, view)), ...costItems(pool, costs)];
  const stand =
    pool === emulated
      ? "These targets are emulated, so this shows what the report will say, not what AWS does. "
      : "";
  const alone =
    pool.columns.length === 1
      ? "Only one storage of AWS was measured, so there is nothing to choose between. "
      : "";
  const blocks: Block[] = [
    paragraph(
      `${stand}${alone}Best first. ≈ stands between numbers less than 10 % apart, which are not ` +
        "told apart here; ",
      code("assay compare"),
      " tests whether they differ.",
    ),
    ...(items.length === 0 ? [paragraph(NOTHING)] : [list(items)]),
  ];
  return { title: "What it means for choosing storage", blocks };
}

const NOTHING = "No workload was run without doubt on two of them, so nothing can be ranked.";

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

/** The workload that most of them ran, ranked; nothing where it was only one. */
function ranking({ columns, rows }: WorkloadGrid, view: View): readonly Text[] {
  const fair = rows.filter(view.suits).map((row) => {
    const all = row.cells.map((cells, at) => ({ best: bestOf(view, cells), at }));
    const found = all.flatMap(({ best, at }) => (best === null ? [] : [{ ...best, at }]));
    const ranked = found.flatMap(({ one, value, at }) =>
      forbids(one.doubts) ? [] : [{ name: columns[at]?.title ?? "", value }],
    );
    return { row, ranked, doubtful: found.length - ranked.length };
  });
  const several = fair.filter(({ ranked }) => ranked.length >= 2);
  // A time under load is one of waiting: it is compared where least is in flight.
  const least = Math.min(...several.map(({ row }) => inFlight(row)));
  const asked =
    view.better === "less" ? several.filter(({ row }) => inFlight(row) === least) : several;
  const most = Math.max(0, ...asked.map(({ ranked }) => ranked.length));
  const chosen = asked.find(({ ranked }) => ranked.length === most);
  if (chosen === undefined) return [];
  const { row, ranked, doubtful } = chosen;
  const left = doubtful === 0 ? "" : `; ${doubtful} left out for doubts about the number`;
  return [[{ strong: SAID[view.id] }, ...workload(row), orderOf(ranked, view), `${left}.`]];
}

function inFlight({ plan }: GridRow): number {
  return plan.workers * plan.queueDepth;
}

const SAID: Readonly<Record<View["id"], string>> = {
  iops: "Most operations a second",
  throughput: "Most throughput",
  latency: "Lowest latency (p50)",
  "first-byte": "First byte soonest (p50)",
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
      return `${apart < APART ? " ≈ " : better === "more" ? " > " : " < "}${shown}`;
    })
    .join("");
}

/** What costs least for what was delivered and for what is stored. */
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
    ...item("Least for 1,000 delivered IOPS a month", (cost) =>
      perUnit(cost, delivered(grid, cost, "iops"), 1000),
    ),
    ...item("Least for a delivered MB/s a month", (cost) =>
      perUnit(cost, delivered(grid, cost, "throughput"), 1e6),
    ),
    ...item("Least for a TiB stored a month", ({ perTibMonthUsd }) => perTibMonthUsd),
  ];
}
