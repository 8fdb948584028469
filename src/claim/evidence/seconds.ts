import {
  type SecondRate,
  secondRates,
  type TimeSeries,
  type TimeSeriesSource,
} from "../../metrics/histogram/time-series.ts";
import { hostEvidence } from "../../metrics/host-evidence.ts";
import { reportedPart } from "../../metrics/phase-result.ts";
import {
  ASSUMED_STRETCH,
  type ClusteredShare,
  clusteredShare,
} from "../../metrics/statistics/clustered-share.ts";
import type { Measured } from "../../model/claim/verdict.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import type { Repetition } from "./evidence.ts";
import { CONFIDENCE } from "./interval.ts";

/** Wider than this is no second: what passed in a part of it cannot be seen. */
const MAX_SECOND_NS = 1.5e9;

/**
 * Rates of whole seconds of a time series. Null if intervals are too wide to show single seconds: a
 * mean over ten of them can be high although one of them was slow.
 */
export function ratesBySecond(
  line: TimeSeries,
  of: "operations" | "bytes",
): readonly SecondRate[] | null {
  const rates = secondRates(line, of);
  return rates.some(({ fromNs, toNs }) => toNs - fromNs > MAX_SECOND_NS) ? null : rates;
}

/** Seconds of one repetition, in order: fast enough, slow, or slow while assay was paused. */
interface Seconds {
  readonly isFast: readonly boolean[];
  /** Slow seconds in which the load generator was not scheduled: whose fault is unknown. */
  readonly isLost: readonly boolean[];
}

/**
 * Share of seconds, over all repetitions, in which a rate was at least `least`. Its interval counts
 * stretches of slow seconds, not seconds; slow seconds with a pause of the load generator count as
 * slow for its lower bound, as fast for its upper one and not at all for the value. Else why there
 * is none.
 */
export function shareOfSeconds(
  repetitions: readonly Repetition[],
  of: "operations" | "bytes",
  least: number,
  timeSeries: TimeSeriesSource,
): { readonly measured: Measured } | { readonly absent: string } {
  const found: Seconds[] = [];
  for (const { run, result } of repetitions) {
    const line = timeSeries(run.id, result.phase.name, result.repetition, "all");
    if (line === null) continue;
    const rates = ratesBySecond(line, of);
    if (rates === null) return { absent: TOO_WIDE };
    if (rates.length > 0) found.push(secondsOf(result, rates, least));
  }
  if (found.length === 0) return { absent: "no stored time series lasts a second or longer" };
  const pessimist = clusteredShare(
    found.map(({ isFast }) => isFast),
    CONFIDENCE,
  );
  const optimist = clusteredShare(
    found.map(({ isFast, isLost }) => isFast.map((fast, at) => fast || isLost[at] === true)),
    CONFIDENCE,
  );
  const all = found.reduce((sum, { isFast }) => sum + isFast.length, 0);
  const lost = countOf(found, "isLost");
  const fast = countOf(found, "isFast");
  const measured: Measured = {
    value: all === lost ? 0 : fast / (all - lost),
    low: pessimist.low,
    high: optimist.high,
    confidence: CONFIDENCE,
    repetitions: repetitions.length,
    how: howWords({ fast, lost, all }, pessimist),
    ...(pessimist.isAssumed ? { assumes: ASSUMES } : {}),
  };
  return { measured };
}

const TOO_WIDE = "intervals are longer than a second; run it with `interval: 1s`";

const ASSUMES = `if slow stretches last ${ASSUMED_STRETCH} s or less on average`;

function secondsOf(result: PhaseResult, rates: readonly SecondRate[], least: number): Seconds {
  const { fromNs } = reportedPart(result);
  // A pause of one of several hosts slows their total.
  const paused = hostEvidence(result).flatMap(({ harness }) => harness?.pauses?.list ?? []);
  const pauses = paused.map(({ atNs, lengthNs }) => ({
    fromNs: atNs - fromNs,
    toNs: atNs - fromNs + lengthNs,
  }));
  const isFast = rates.map(({ rate }) => rate >= least);
  const isLost = rates.map(
    (second, at) =>
      isFast[at] === false &&
      pauses.some((pause) => pause.fromNs < second.toNs && pause.toNs > second.fromNs),
  );
  return { isFast, isLost };
}

function countOf(found: readonly Seconds[], of: keyof Seconds): number {
  return found.reduce((sum, one) => sum + one[of].filter(Boolean).length, 0);
}

function howWords(
  { fast, lost, all }: { readonly fast: number; readonly lost: number; readonly all: number },
  { stretches, clusterLength }: ClusteredShare,
): string {
  const paused = lost === 0 ? "" : `, ${lost} slow ones with a pause of the load generator`;
  const worth = Number((all / clusterLength).toPrecision(3));
  return (
    `${fast} of ${all} seconds${paused}; interval by Clopper and Pearson for the ${worth} ` +
    `independent seconds they are worth, from ${stretches} separate stretches`
  );
}
