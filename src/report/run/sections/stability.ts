import { overall, reportedRates } from "../../../metrics/phase-result.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import type { RateChange, Stability } from "../../../model/run/stability.ts";
import {
  type Cell,
  cell,
  list,
  name,
  paragraph,
  type Text,
  tableColumns,
} from "../../parts/document.ts";
import {
  formatCount,
  formatDuration,
  formatIops,
  formatShare,
  MISSING,
} from "../../parts/format.ts";
import type { Section } from "../../report.ts";

const CHANGES = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["change_at_ns", "Changed after", "right"],
  ["before_per_second", "ops/s before", "right"],
  ["after_per_second", "ops/s after", "right"],
]);

/** Minimum rise or fall that is shown, also if a smaller one is significant. */
const NOTABLE_TREND = 0.05;

/** Minimum share of the phase between the first and the last worker's end that is shown. */
const NOTABLE_STRAGGLING = 0.1;

/** Changes and trends of the rate, and the reported part; null if there is nothing to show. */
export function stabilitySection(run: Run): Section | null {
  const changed = run.phases.flatMap((result) => {
    const change = result.stability?.change ?? null;
    return change === null ? [] : [{ result, change }];
  });
  const notes = run.phases.flatMap((result) => [
    ...windowWords(result),
    ...changeWords(result),
    ...trendWords(result),
    ...doneWords(result),
  ]);
  if (changed.length === 0 && notes.length === 0) return null;
  const table = changed.map(({ result, change }) => changeRow(result, change));
  const definition = paragraph(
    "Before, after: mean rates on both sides of the change. If the rate fell, a burst ended: the " +
      "mean of the whole phase is neither the burst nor the baseline performance. A change is " +
      "shown if it is significant at 1%.",
  );
  return {
    title: "Stability",
    blocks: [
      ...(table.length === 0
        ? []
        : [
            { kind: "table", id: "changes", columns: CHANGES, rows: table, keys: 2 } as const,
            definition,
          ]),
      ...(notes.length === 0 ? [] : [list(notes)]),
    ],
  };
}

function changeRow(result: PhaseResult, change: RateChange): Cell[] {
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    cell(formatDuration(change.atNs), change.atNs),
    cell(formatIops(change.beforePerSecond), change.beforePerSecond),
    cell(formatIops(change.afterPerSecond), change.afterPerSecond),
  ];
}

function note({ phase, repetition }: PhaseResult, words: string): Text {
  return [{ code: phase.name }, `, repetition ${formatCount(repetition)}: ${words}.`];
}

/** Reported part of a phase, if it is not all of it. */
function windowWords(result: PhaseResult): Text[] {
  const { steady = null, warmup = null } = result.stability ?? {};
  if (steady !== null) {
    const from = formatDuration(steady.fromNs);
    const window = `the ${formatDuration(steady.lengthNs)} from ${from}`;
    const measures =
      `from lowest to highest rate ${formatShare(steady.rangeShare)} of their mean, ` +
      `slope ${formatShare(steady.slopeShare)}`;
    const words = steady.reached
      ? `steady state in ${window}, which are reported (${measures})`
      : `no steady state: the last window is reported, ${window} (${measures})`;
    return [note(result, words)];
  }
  if (warmup === null) return [];
  if (!warmup.found) {
    return [
      note(result, "the warm-up did not end in the first half of the phase: use a longer duration"),
    ];
  }
  if (warmup.leftOutNs === 0) return [note(result, "no warm-up was needed")];
  return [
    note(result, `the first ${formatDuration(warmup.leftOutNs)} were warm-up and are excluded`),
  ];
}

/** Changes that are not in the table: several in one phase, or one in the excluded part. */
function changeWords(result: PhaseResult): Text[] {
  const { change = null, levels = [] } = result.stability ?? {};
  if (levels.length > 0) {
    const steps = levels.map(({ fromNs, perSecond }, at) => {
      const since = at === 0 ? "" : ` from ${formatDuration(fromNs)}`;
      return `${formatIops(perSecond)}/s${since}`;
    });
    return [note(result, `the rate changed more than once: ${steps.join(", ")}`)];
  }
  if (change === null || reportedRates(result).length > 0) return [];
  return [note(result, "the change is in the excluded part and not in the other numbers")];
}

function trendWords(result: PhaseResult): Text[] {
  const { trend = null, change = null, levels = [] } = result.stability ?? {};
  if (trend === null || change !== null || levels.length > 0) return [];
  const isSignificant = trend.lowShare > 0 || trend.highShare < 0;
  if (!isSignificant || Math.abs(trend.changeShare) < NOTABLE_TREND) return [];
  return [note(result, `${movement(result, trend)}: no steady state`)];
}

/**
 * The rates at both ends of the reported part; of older runs, those of the line through it. A
 * change as a share of the mean can exceed 100%, which tells a reader nothing.
 */
function movement(result: PhaseResult, trend: NonNullable<Stability["trend"]>): string {
  const { changeShare, firstPerSecond: first, lastPerSecond: last } = trend;
  if (first !== undefined && last !== undefined) {
    const [from, to] = [`${formatIops(first)}/s`, `${formatIops(last)}/s`];
    const moved = last > first ? "rose" : "fell";
    return last > first === changeShare > 0
      ? `the rate ${moved} from ${from} in the first quarter to ${to} in the last`
      : `the rate is uneven: ${from} in the first quarter, ${to} in the last`;
  }
  const mean = overall(result)?.operationsPerSecond ?? 0;
  const end = (sign: number) => formatIops(Math.max(0, mean * (1 + (sign * changeShare) / 2)));
  const moved = changeShare > 0 ? "rose" : "fell";
  return `the rate ${moved}, by the line through it from ${end(-1)}/s to ${end(1)}/s`;
}

function doneWords(result: PhaseResult): Text[] {
  const done = result.stability?.done ?? null;
  const workers = result.threads * (result.hosts?.length ?? 1);
  if (done === null || done.lastNs === 0 || workers < 2) return [];
  const apart = (done.lastNs - done.firstNs) / done.lastNs;
  if (apart < NOTABLE_STRAGGLING) return [];
  const first = done.firstNs > 0 ? formatDuration(done.firstNs) : MISSING;
  const words =
    `the first worker ended after ${first}, the last after ${formatDuration(done.lastNs)}: the ` +
    "load was lower than planned in between";
  return [note(result, words)];
}
