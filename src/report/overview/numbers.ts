import { latencyFigure } from "../../metrics/histogram/latency-figure.ts";
import { overall, shownResults } from "../../metrics/phase-result.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { type Cell, cell, rangeCell, tableColumns, words } from "../parts/document.ts";
import {
  formatCount,
  formatIops,
  formatNumber,
  formatUtc,
  MEGABYTE,
  MISSING,
} from "../parts/format.ts";
import { statisticText } from "../parts/latency-cell.ts";
import { withEndPoints } from "../run/sections/search.ts";
import { caveatsOf } from "../run/words/caveats.ts";
import { OUTCOME_WORDS } from "../run/words/threshold.ts";
import type { RunGroup } from "./groups.ts";

/** A stored run of an overview. */
export interface OverviewRun {
  readonly run: Run;
  /** Address of its page; null if it has none. */
  readonly page: string | null;
}

/** Columns of the table of runs. */
export const COLUMNS = tableColumns([
  ["scenario", "Scenario", "left"],
  ["target", "Target", "left"],
  ["started_at", "Started (UTC)", "left"],
  ["operations_per_second", "ops/s", "right"],
  ["bytes_per_second", "MB/s", "right"],
  ["latency_p99_ns", "p99", "right"],
  ["state", "State", "left"],
  ["errors", "Errors", "right"],
  ["thresholds", "Thresholds", "left"],
  ["caveats", "Caveats", "right"],
]);

/** One run: scenario, target, date, state and headline numbers. */
export function rowOf(
  { run, page }: OverviewRun,
  { scenario, target }: Pick<RunGroup, "scenario" | "target">,
): readonly Cell[] {
  // A search counts with the load that it found: its other points are tries.
  const results = shownResults(withEndPoints(run));
  const all = results.flatMap((result) => overall(result) ?? []);
  const measured = all.filter(({ operations }) => operations > 0);
  const bytes = measured.flatMap((one) => (one.bytes > 0 ? [one.bytesPerSecond] : []));
  const caveats = caveatsOf(run).length;
  // Errors count in all repetitions, also in those that the other numbers leave out.
  const errors = run.phases.reduce((sum, one) => sum + (overall(one)?.errors ?? 0), 0);
  return [
    cell(scenario, run.plan.name),
    cell(target, run.target.name),
    startCell(run, page),
    extremesCell(
      measured.map((one) => one.operationsPerSecond),
      formatIops,
    ),
    extremesCell(bytes, (value) => formatNumber(value / MEGABYTE)),
    latencyRange(results),
    words(run.state),
    cell(all.length === 0 ? MISSING : formatCount(errors), errors),
    thresholdCell(run),
    cell(caveats === 0 ? "none" : formatCount(caveats), caveats),
  ];
}

function startCell({ startedAt }: Run, page: string | null): Cell {
  const text = formatUtc(startedAt);
  return cell(page === null ? text : [{ link: text, to: page }], startedAt);
}

/** The p99 of the phases: of response times in an open loop, otherwise of service times. */
function latencyRange(results: readonly PhaseResult[]): Cell {
  const known = results
    .flatMap((result) => {
      const all = overall(result);
      const latency = all?.response ?? all?.latency;
      const { ns } = latencyFigure(latency, "p99");
      return ns === null ? [] : [{ ns, text: statisticText(latency, "p99") }];
    })
    .toSorted((one, other) => one.ns - other.ns);
  const [low, high] = [known[0], known.at(-1)];
  if (low === undefined || high === undefined) return cell(MISSING, null);
  if (low.text === high.text) return cell(low.text, low.ns);
  return rangeCell(`${low.text} – ${high.text}`, low.ns, high.ns);
}

/** The smallest and the largest value: `10,509 – 32,392`. */
function extremesCell(values: readonly number[], format: (value: number) => string): Cell {
  if (values.length === 0) return cell(MISSING, null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [format(low), format(high)];
  if (low === high) return cell(from, low);
  return rangeCell(from === to ? from : `${from} – ${to}`, low, high);
}

function thresholdCell({ thresholds = [] }: Run): Cell {
  if (thresholds.length === 0) return cell(MISSING, null);
  const count = (state: keyof typeof OUTCOME_WORDS) =>
    thresholds.filter((outcome) => outcome.state === state).length;
  const broken = count("broken");
  const unjudged = count("unjudged");
  if (broken > 0) return words(`✕ ${broken} of ${thresholds.length} ${OUTCOME_WORDS.broken}`);
  if (unjudged > 0) return words(`? ${unjudged} ${OUTCOME_WORDS.unjudged}`);
  return words(`✓ ${thresholds.length} ${OUTCOME_WORDS.met}`);
}
