import { reportedRates } from "../../../metrics/phase-result.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import type { RateChange } from "../../../model/run/stability.ts";
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
  ["before_per_second", "op/s before", "right"],
  ["after_per_second", "op/s after", "right"],
]);

/** A rise or fall of less is nothing to be told of, however sure it is. */
const NOTABLE_TREND = 0.05;

/** Workers that are done so much apart leave the storage half idle in between, a share. */
const NOTABLE_STRAGGLING = 0.1;

/** What a mean over a whole phase would hide; null where there is nothing of the kind. */
export function stabilitySection(run: Run): Section | null {
  const changed = run.phases.flatMap((result) => {
    const change = result.stability?.change ?? null;
    return change === null ? [] : [{ result, change }];
  });
  const said = run.phases.flatMap((result) => [
    ...windowWords(result),
    ...changeWords(result),
    ...trendWords(result),
    ...doneWords(result),
  ]);
  if (changed.length === 0 && said.length === 0) return null;
  const table = changed.map(({ result, change }) => changeRow(result, change));
  const explained = paragraph(
    "Before and after are the mean rates on both sides of the change. Where the rate fell, a " +
      "burst ended: the mean over the whole phase is neither the burst nor the baseline. A " +
      "change is told of where chance would bring it about less than once in a hundred phases.",
  );
  return {
    title: "Stability",
    blocks: [
      ...(table.length === 0
        ? []
        : [{ kind: "table", id: "changes", columns: CHANGES, rows: table } as const, explained]),
      ...(said.length === 0 ? [] : [list(said)]),
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

function said({ phase, repetition }: PhaseResult, words: string): Text {
  return [{ code: phase.name }, `, repetition ${formatCount(repetition)}: ${words}.`];
}

/** Which part of the phase is reported, where that is not all of it. */
function windowWords(result: PhaseResult): Text[] {
  const { steady = null, warmup = null } = result.stability ?? {};
  if (steady !== null) {
    const from = formatDuration(steady.fromNs);
    const window = `the ${formatDuration(steady.lengthNs)} from ${from} on`;
    const measures =
      `rates within ${formatShare(steady.rangeShare)} of their mean, ` +
      `the line through them by ${formatShare(steady.slopeShare)}`;
    const words = steady.reached
      ? `steady in ${window}, which alone are reported (${measures})`
      : `never steady: the last window is reported, ${window} (${measures})`;
    return [said(result, words)];
  }
  if (warmup === null) return [];
  if (!warmup.found) {
    return [said(result, "no end of its warm-up was found in its first half: it is too short")];
  }
  if (warmup.leftOutNs === 0) return [said(result, "it needed no warm-up")];
  return [said(result, `its first ${formatDuration(warmup.leftOutNs)} were warm-up, left out`)];
}

/** What a table of one change a phase does not say: several changes, or one left out. */
function changeWords(result: PhaseResult): Text[] {
  const { change = null, levels = [] } = result.stability ?? {};
  if (levels.length > 0) {
    const steps = levels.map(({ fromNs, perSecond }, at) => {
      const since = at === 0 ? "" : ` from ${formatDuration(fromNs)}`;
      return `${formatIops(perSecond)}/s${since}`;
    });
    return [said(result, `the rate changed more than once: ${steps.join(", ")}`)];
  }
  if (change === null || reportedRates(result).length > 0) return [];
  return [said(result, "the change is in the part left out: all other numbers are without it")];
}

function trendWords(result: PhaseResult): Text[] {
  const { trend = null, change = null, levels = [] } = result.stability ?? {};
  if (trend === null || change !== null || levels.length > 0) return [];
  const sure = trend.lowShare > 0 || trend.highShare < 0;
  if (!sure || Math.abs(trend.changeShare) < NOTABLE_TREND) return [];
  const moved = trend.changeShare > 0 ? "rose" : "fell";
  const ends = [Math.abs(trend.lowShare), Math.abs(trend.highShare)].sort((a, b) => a - b);
  const range = ends.map(formatShare).join(" to ");
  const by = `${formatShare(Math.abs(trend.changeShare))} of its mean (95 % interval ${range})`;
  return [said(result, `the rate ${moved} by ${by} over the phase: it was not steady`)];
}

function doneWords(result: PhaseResult): Text[] {
  const done = result.stability?.done ?? null;
  if (done === null || done.lastNs === 0 || result.threads < 2) return [];
  const apart = (done.lastNs - done.firstNs) / done.lastNs;
  if (apart < NOTABLE_STRAGGLING) return [];
  const first = done.firstNs > 0 ? formatDuration(done.firstNs) : MISSING;
  const words =
    `the first worker was done after ${first}, the last after ${formatDuration(done.lastNs)}: ` +
    "in between the load was less than asked for";
  return [said(result, words)];
}
