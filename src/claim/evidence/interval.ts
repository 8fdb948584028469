import { secondRates, type TimeSeriesSource } from "../../metrics/histogram/time-series.ts";
import { studentQuantile } from "../../metrics/statistics/beta.ts";
import { bootstrap, type Estimate } from "../../metrics/statistics/bootstrap/bootstrap.ts";
import { expandedInterval } from "../../metrics/statistics/bootstrap/ratio-interval.ts";
import { logSpread, singleRunReach } from "../../metrics/statistics/drift.ts";
import { medianOf } from "../../metrics/statistics/median.ts";
import { normalQuantile } from "../../metrics/statistics/normal.ts";
import { serialP } from "../../metrics/statistics/series/serial.ts";
import { type TwoGroups, twoGroups } from "../../metrics/statistics/two-groups.ts";
import { shareText } from "../../model/claim/figure-words.ts";
import type { Measured } from "../../model/claim/verdict.ts";
import { FEW_RUNS, type RunToRun, runToRunOf } from "../../model/run/run-to-run.ts";
import type { TargetKind } from "../../model/target/kind.ts";
import { targetKindOf } from "../../model/target/knowledge.ts";
import type { Repetition } from "./evidence.ts";
import { separateRuns } from "./evidence.ts";

/** Confidence of intervals: above the customary 95% because there are dozens of verdicts. */
export const CONFIDENCE = 0.99;

/** Number of repetitions from which their own spread counts. */
export const ENOUGH_REPETITIONS = 3;

/**
 * How much wider the interval is than that of independent repetitions: those of one run share its
 * time, and with few of them the correlation cannot be seen. sqrt((1 + r) / (1 - r)) for r = 0.5,
 * the inflation of a mean's standard error by an autoregressive series of order 1.
 */
const INFLATION = Math.sqrt(3);

/** Level of the test for correlation: a false alarm costs one verdict in ten, no wrong one. */
const SERIAL_ALPHA = 0.1;

/**
 * Two-sided confidence with which the assumed spread is kept, however alike the repetitions are:
 * what they have in common is not in their differences.
 */
const SHARED_CONFIDENCE = 0.975;

const SEED = 1;

/** One value per repetition, with the repetition for its time line and its target. */
export interface Sampled {
  readonly repetition: Repetition;
  readonly value: number;
}

/**
 * The median over repetitions with its interval.
 *
 * - Three or more: Student's interval on logarithms, widened for correlation, and never narrower
 *   than the spread assumed between runs of such storage. Separate runs narrow that by the root of
 *   their number, and from three on each of them counts as one value. Where the order of the values
 *   shows correlation or a trend, they count as one run. Where they fall into two groups, the
 *   interval covers both.
 * - Fewer: chance inside the repetition (a block bootstrap over its time series) joined with the
 *   spread that is assumed of few runs.
 *
 * Bounds are null where the time series is too short. Values must be above 0.
 */
export function medianOverRepetitions(
  sampled: readonly Sampled[],
  estimate: Estimate | null,
  timeSeries: TimeSeriesSource,
): Measured {
  const values = sampled.map(({ value }) => value);
  const value = medianOf(values);
  const repetitions = values.length;
  const assumed = runToRunOf(kindOf(sampled));
  const runs = separateRuns(sampled).map((run) => run.map((one) => one.value));
  const open = { value, confidence: CONFIDENCE, repetitions, separateRuns: runs.length };
  if (repetitions >= ENOUGH_REPETITIONS && values.every((one) => one > 0)) {
    return { ...open, ...between(values, runs, assumed), spreadShare: logSpread(values) };
  }
  const within = withinReach(sampled, value, estimate, timeSeries);
  if (within === null) return { ...open, low: null, high: null, how: UNKNOWN };
  const few = surest(assumed);
  const apart = Math.log(Math.max(...values) / Math.min(...values)) / 2;
  const reach = loneReach(few) + (Number.isFinite(apart) ? apart : 0);
  const low = value * Math.exp(-Math.hypot(within.below, reach));
  const high = value * Math.exp(Math.hypot(within.above, reach));
  const how = `${estimate === null ? "" : WITHIN}${assumedWords(few)}`;
  const spreadShare =
    repetitions > 1 ? logSpread(values) : spreadWithin(sampled, estimate, timeSeries);
  return { ...open, low, high, how, assumes: assumedWords(few), spreadShare };
}

/**
 * Distance on logarithms, either side, within which runs lie that show nothing of their own spread.
 * A published spread is an estimate with the confidence of the interval; the one of few runs is the
 * widest that is allowed for, so that one side alone has that confidence.
 */
function loneReach(assumed: RunToRun): number {
  return singleRunReach(assumed, assumed === FEW_RUNS ? 2 * CONFIDENCE - 1 : CONFIDENCE);
}

/** What is assumed where runs show nothing of their own spread: the wider of two assumptions. */
function surest(assumed: RunToRun): RunToRun {
  return loneReach(assumed) > loneReach(FEW_RUNS) ? assumed : FEW_RUNS;
}

/**
 * Distance on logarithms, either side, that is assumed of so many separate runs which their order
 * does not show to be correlated.
 */
export function assumedReach(assumed: RunToRun, runs: number): number {
  const shared = normalQuantile((1 + SHARED_CONFIDENCE) / 2) * assumed.share;
  return Math.min(shared, singleRunReach(assumed, CONFIDENCE) / Math.sqrt(runs));
}

const BETWEEN =
  "median of the repetitions; interval by Student's t on their logarithms, widened for correlation";
const WITHIN = "interval from a block bootstrap over the time series; ";
const UNKNOWN = "no interval: the phase is too short or has too few operations";

function kindOf([first]: readonly Sampled[]): TargetKind {
  const run = first?.repetition.run;
  return run === undefined ? "directory" : targetKindOf(run.target, run.storage);
}

/** `if runs differ by 4.5 % (standard deviation): AWS promises …`. */
function assumedWords({ share: spread, words, source }: RunToRun): string {
  const percent = shareText(Number(spread.toFixed(3)));
  return `assuming a run-to-run standard deviation of ${percent}: ${words} (${source.title})`;
}

type Between = Pick<Measured, "low" | "high" | "how" | "assumes" | "remarks">;

function between(
  values: readonly number[],
  runs: readonly (readonly number[])[],
  assumed: RunToRun,
): Between {
  const median = medianOf(values);
  const units = runs.length >= ENOUGH_REPETITIONS ? runs.map((run) => medianOf(run)) : values;
  const own = INFLATION * studentReach(units);
  const isCorrelated = serialP(units) <= SERIAL_ALPHA;
  const few = isCorrelated ? surest(assumed) : assumed;
  const common = isCorrelated ? loneReach(few) : assumedReach(few, runs.length);
  const reach = Math.max(own, common);
  const groups = twoGroups(units);
  // Neither group is what the storage does: the interval covers both.
  const edges = groups === null ? [] : units;
  const words = assumedWords(few);
  return {
    low: Math.min(median * Math.exp(-reach), ...edges),
    high: Math.max(median * Math.exp(reach), ...edges),
    ...(own >= common ? { how: BETWEEN } : { how: `${BETWEEN}; ${words}`, assumes: words }),
    remarks: [
      ...(isCorrelated ? [CORRELATED] : []),
      ...(groups === null ? [] : [groupWords(groups, units)]),
    ],
  };
}

const CORRELATED =
  "the repetitions are correlated or follow a trend, so they count as one run; make separate " +
  "runs at other times of the day";

function groupWords({ low, high }: TwoGroups, values: readonly number[]): string {
  const below = values.filter((value) => value <= Math.sqrt(low * high)).length;
  return (
    `the repetitions fall into two groups (${below} and ${values.length - below}), ` +
    `${shareText(high / low - 1)} apart; the interval covers both`
  );
}

/** Half the width of Student's interval of the mean logarithm. */
function studentReach(values: readonly number[]): number {
  const error = (logSpread(values) ?? Number.POSITIVE_INFINITY) / Math.sqrt(values.length);
  return studentQuantile((1 + CONFIDENCE) / 2, values.length - 1) * error;
}

/** Fewer seconds show no spread of a rate inside a repetition. */
const FEWEST_SECONDS = 5;

/** Spread of a rate from second to second inside one repetition; null where it has none. */
function spreadWithin(
  [first]: readonly Sampled[],
  estimate: Estimate | null,
  timeSeries: TimeSeriesSource,
): number | null {
  if (first === undefined || estimate?.kind !== "rate") return null;
  const { run, result } = first.repetition;
  const line = timeSeries(run.id, result.phase.name, result.repetition, "all");
  const rates = line === null ? [] : secondRates(line, estimate.of).map(({ rate }) => rate);
  return rates.length < FEWEST_SECONDS ? null : logSpread(rates);
}

/** How far chance inside one repetition reaches, on logarithms; null where it cannot be told. */
function withinReach(
  sampled: readonly Sampled[],
  value: number,
  estimate: Estimate | null,
  timeSeries: TimeSeriesSource,
): { readonly below: number; readonly above: number } | null {
  if (estimate === null) return { below: 0, above: 0 };
  const reaches = sampled.map(({ repetition: { run, result } }) => {
    const line = timeSeries(run.id, result.phase.name, result.repetition, "all");
    const [replicates = null] = line === null ? [] : bootstrap(line, [estimate], SEED);
    if (replicates === null) return null;
    const values = replicates.relative.map((share) => share * value);
    const interval = expandedInterval(value, values, replicates.blocks, CONFIDENCE);
    if (interval === null || interval.low <= 0) return null;
    return { below: Math.log(value / interval.low), above: Math.log(interval.high / value) };
  });
  const [first = null, second = first] = reaches;
  if (first === null || second === null) return null;
  // Of two, the mean of both is surer than either; the wider stands for it.
  const few = Math.sqrt(sampled.length);
  return {
    below: Math.max(0, first.below, second.below) / few,
    above: Math.max(0, first.above, second.above) / few,
  };
}
