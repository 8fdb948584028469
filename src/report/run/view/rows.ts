import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import { achievedPerSecond, medianResults, overall } from "../../../metrics/phase-result.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import { type Chart, cell, name, type Table, tableColumns } from "../../parts/document.ts";
import type { LatencyRow } from "../../parts/figure.ts";
import { formatIops } from "../../parts/format.ts";
import { boundText } from "../../parts/latency-cell.ts";
import { boundOf, isLowerBound, OPEN_SIGNS } from "../words/bounds.ts";
import { rateTitle } from "../words/phase.ts";

/** Phases from which on each gets a row in one chart. */
const ROWS_FROM = 9;

/** At most this many rows. */
const MAX_ROWS = 100;

/** Latencies of all phases of a run with many, one row each; null for a run with few. */
export function rowsChart(run: Run): Chart | null {
  const all = medianResults(run);
  if (all.length < ROWS_FROM) return null;
  const title = rateTitle(run);
  const rows = all.slice(0, MAX_ROWS).map((result) => rowOf(result, title));
  const slowest = rows.reduce<LatencyRow | null>(
    (worst, row) => ((row.p99Ns ?? 0) > (worst?.p99Ns ?? 0) ? row : worst),
    null,
  );
  const isBound = rows.some(({ p999Ns, p99Ns, atLeastNs }) =>
    isLowerBound(p999Ns ?? p99Ns, atLeastNs),
  );
  const cut = all.length > MAX_ROWS ? ` The chart has the first ${MAX_ROWS} phases.` : "";
  return {
    kind: "chart",
    id: "latency-of-all-phases",
    title: `Latency of ${all.length} phases`,
    reading:
      (slowest === null
        ? ""
        : `The highest p99 is ${boundText(slowest.p99Ns, slowest.atLeastNs)}, in ` +
          `${slowest.label}. `) +
      `A long line is a long tail.${isBound ? ` ${OPEN_SIGNS}` : ""}${cut}`,
    figure: { kind: "rows", rows },
    numbers: rowNumbers(all.slice(0, MAX_ROWS), title),
  };
}

function rowOf(result: PhaseResult, title: string): LatencyRow {
  const summary = overall(result);
  const latency = summary?.response ?? summary?.latency;
  const [p50Ns, p99Ns, p999Ns] = (["p50", "p99", "p99.9"] as const).map(
    (statistic) => latencyFigure(latency, statistic).ns,
  );
  const rate = `${formatIops(achievedPerSecond(summary))} ${title}`;
  const atLeastNs = latency?.atLeastNs;
  const shown = (ns: number | null | undefined) => boundText(ns ?? null, atLeastNs);
  const { name: label } = result.phase;
  return {
    label,
    rate,
    p50Ns: p50Ns ?? null,
    p99Ns: p99Ns ?? null,
    p999Ns: p999Ns ?? null,
    ...boundOf(latency ?? {}),
    text: `${label}: ${rate}, p50 ${shown(p50Ns)}, p99 ${shown(p99Ns)}, p99.9 ${shown(p999Ns)}`,
  };
}

function rowNumbers(results: readonly PhaseResult[], title: string): Table {
  return {
    kind: "table",
    id: "latency-of-all-phases-numbers",
    columns: tableColumns([
      ["phase", "Phase", "left"],
      ["operations_per_second", title, "right"],
      ["latency_p50_ns", "p50", "right"],
      ["latency_p99_ns", "p99", "right"],
      ["latency_p999_ns", "p99.9", "right"],
    ]),
    rows: results.map((result) => {
      const rate = achievedPerSecond(overall(result));
      const { p50Ns, p99Ns, p999Ns, atLeastNs } = rowOf(result, title);
      const latencies = [p50Ns, p99Ns, p999Ns].map((ns) => cell(boundText(ns, atLeastNs), ns));
      return [name(result.phase.name), cell(formatIops(rate), rate), ...latencies];
    }),
  };
}
