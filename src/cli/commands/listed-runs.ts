import { exactLatencyNs } from "../../metrics/histogram/latency-figure.ts";
import { printable } from "../../model/printable.ts";
import type { Run } from "../../model/run/run.ts";
import { textWidth } from "../../model/text-width.ts";
import {
  formatDuration,
  formatIops,
  formatLatency,
  formatRate,
  MISSING,
} from "../../report/parts/format.ts";
import type { PhaseHeading, RunHeading } from "../../run/store/heading.ts";
import type { StoredHeading } from "../../run/store/read.ts";

/** A stored run as `assay list --print json` prints it; base units, null if unknown. */
export interface ListedRun {
  readonly id: string;
  readonly folder: string;
  readonly scenario: string;
  readonly target: string;
  readonly kind: string;
  readonly state: Run["state"];
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Length of the run, nanoseconds. */
  readonly elapsedNs: number | null;
  /** Phases with a result, repetitions counted. */
  readonly phases: number;
  /** Numbers of the main phase; null if no phase has a result. */
  readonly main: {
    readonly phase: string;
    readonly operationsPerSecond: number | null;
    readonly bytesPerSecond: number | null;
    readonly latencyP99Ns: number | null;
    readonly errors: number;
  } | null;
}

/** Describes stored runs, newest first. */
export function listedRuns(stored: readonly StoredHeading[]): readonly ListedRun[] {
  return stored
    .map(({ run, folder }) => listedRun(run, folder))
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
}

function listedRun(run: RunHeading, folder: string): ListedRun {
  const { id, plan, target, state, startedAt, endedAt, phases } = run;
  const ms = endedAt === null ? Number.NaN : Date.parse(endedAt) - Date.parse(startedAt);
  const main = mainPhase(phases);
  const all = main?.summaries[0];
  return {
    ...{ id, folder, scenario: plan.name, target: target.name, kind: target.kind, state },
    ...{ startedAt, endedAt, elapsedNs: Number.isFinite(ms) ? ms * 1e6 : null },
    phases: phases.length,
    main:
      main === null || all === undefined
        ? null
        : {
            phase: main.phase.name,
            operationsPerSecond: all.operationsPerSecond,
            bytesPerSecond: all.bytesPerSecond,
            latencyP99Ns: exactLatencyNs(all.response ?? all.latency, "p99"),
            errors: all.errors,
          },
  };
}

/** The phase that was measured longest, complete ones first; the first of several. */
export function mainPhase(phases: readonly PhaseHeading[]): PhaseHeading | null {
  const complete = phases.filter(({ state }) => state === "complete");
  const candidates = complete.length > 0 ? complete : phases;
  return candidates.reduce<PhaseHeading | null>(
    (main, one) => (main === null || one.elapsedNs > main.elapsedNs ? one : main),
    null,
  );
}

const STATES: Readonly<Record<Run["state"], string>> = {
  running: "not ended",
  complete: "complete",
  partial: "partial",
  failed: "failed",
};

/** A column of the list. `rank`: the highest is dropped first on a narrow terminal; 0 never is. */
interface Column {
  readonly title: string;
  readonly rank: number;
  readonly right?: boolean;
  readonly cell: (run: ListedRun) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "RUN", rank: 0, cell: ({ id }) => id },
  { title: "STARTED (UTC)", rank: 4, cell: ({ startedAt }) => startedOf(startedAt) },
  { title: "STATE", rank: 3, cell: ({ state }) => STATES[state] },
  { title: "TARGET", rank: 5, cell: ({ kind }) => kind },
  { title: "TIME", rank: 6, right: true, cell: ({ elapsedNs }) => formatDuration(elapsedNs) },
  { title: "PHASE", rank: 7, cell: ({ main }) => main?.phase ?? MISSING },
  {
    title: "OPS/S",
    rank: 0,
    right: true,
    cell: ({ main }) => formatIops(main?.operationsPerSecond || null),
  },
  {
    title: "MB/S",
    rank: 0,
    right: true,
    cell: ({ main }) => formatRate(main?.bytesPerSecond || null).replace(" MB/s", ""),
  },
  { title: "P99", rank: 0, right: true, cell: ({ main }) => formatLatency(main?.latencyP99Ns) },
];

/** One line per run, at most `width` wide: columns that do not fit are dropped, ids never are. */
export function runLines(runs: readonly ListedRun[], width: number): readonly string[] {
  if (runs.length === 0) return [];
  const cells = COLUMNS.map((column) => [
    column.title,
    ...runs.map((run) => printable(column.cell(run))),
  ]);
  const widths = cells.map((column) => Math.max(...column.map((cell) => textWidth(cell))));
  // A state that all runs share is not shown.
  const isShown = COLUMNS.map(
    ({ title }) => title !== "STATE" || runs.some(({ state }) => state !== "complete"),
  );
  let shown = COLUMNS.map((_, at) => at).filter((at) => isShown[at]);
  const total = (): number => shown.reduce((sum, at) => sum + 2 + (widths[at] ?? 0), 0);
  while (total() > width) {
    const rank = Math.max(...shown.map((at) => COLUMNS[at]?.rank ?? 0));
    if (rank === 0) break;
    shown = shown.filter((at) => COLUMNS[at]?.rank !== rank);
  }
  return Array.from({ length: runs.length + 1 }, (_, row) =>
    shown
      .map((at) => {
        const cell = cells[at]?.[row] ?? "";
        const padding = " ".repeat((widths[at] ?? 0) - textWidth(cell));
        return COLUMNS[at]?.right === true ? `  ${padding}${cell}` : `  ${cell}${padding}`;
      })
      .join("")
      .trimEnd(),
  );
}

/** An instant to the minute: `2026-11-29 09:12`. */
function startedOf(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : at.toISOString().slice(0, 16).replace("T", " ");
}
