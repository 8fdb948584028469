import { exactLatencyNs } from "../../metrics/histogram/latency-figure.ts";
import { medianRepetition, overall, repetitionsOf } from "../../metrics/phase-result.ts";
import { UsageError } from "../../model/fault/errors.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { Run, Summary } from "../../model/run/run.ts";
import {
  formatInstant,
  formatIops,
  formatLatency,
  formatRatio,
  STATE_WORDS,
} from "../../report/parts/format.ts";
import { placeOf } from "./named.ts";

/** @throws UsageError for a run that is not complete, and for two runs of one place. */
export function rejectRuns(runs: readonly Run[]): void {
  const partial = runs.find(({ state }) => state !== "complete");
  if (partial !== undefined) {
    const state = STATE_WORDS[partial.state];
    throw new UsageError(`${partial.id} ${state}; a baseline needs a complete run`);
  }
  const places = runs.map(placeOf);
  const [first, other] = runs.filter(
    (run) => places.filter((place) => place === placeOf(run)).length > 1,
  );
  if (first === undefined || other === undefined) return;
  throw new UsageError(
    `${first.id} and ${other.id} are both of ${pairName(first)}; a ` +
      "baseline has one run per scenario and target, so name one of them",
  );
}

/** A run of a baseline and its phases; with the values of the run that it replaces, if any. */
export function changeLines(run: Run, before: Run | null): readonly string[] {
  const since = before === null ? "" : `, replaces ${before.id}`;
  return [
    `${pairName(run)}: ${run.id}, ${formatInstant(run.startedAt)}${since}`,
    ...run.plan.phases.flatMap(({ name }) => {
      const next = valuesOf(run, name);
      if (next === null) return [];
      const last = before === null ? null : valuesOf(before, name);
      const rate = change(next.operationsPerSecond, last?.operationsPerSecond, rateText);
      const p99 = change(p99Of(next), p99Of(last), formatLatency);
      return [`  ${name}: ${rate}, p99 ${p99}`];
    }),
  ];
}

/** All operations of the repetition with the median rate; null if the phase has no result. */
function valuesOf(run: Run, phase: string): Summary | null {
  const median = medianRepetition(repetitionsOf(run, phase));
  return median === null ? null : overall(median);
}

function p99Of(summary: Summary | null): number | null {
  return exactLatencyNs(summary?.latency, "p99");
}

function rateText(perSecond: number | null | undefined): string {
  return `${formatIops(perSecond)} ops/s`;
}

/** `3,000 ops/s`, or with the value before: `2,900 ops/s to 3,000 ops/s (1.03x)`. */
function change(
  next: number | null | undefined,
  before: number | null | undefined,
  format: (value: number | null | undefined) => string,
): string {
  if (before == null || next == null || before === 0) return format(next);
  return `${format(before)} to ${format(next)} (${formatRatio(next / before)})`;
}
