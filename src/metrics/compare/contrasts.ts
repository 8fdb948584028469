import { comparedReach } from "../statistics/drift.ts";
import type { Interval } from "../statistics/median.ts";
import { leastForRankTest, rankTest, smallestP } from "../statistics/rank-test.ts";
import { ratioOf } from "../statistics/ratio.ts";
import { arranged, type Compared } from "../statistics/series/turns.ts";
import type { ComparedCell } from "./cells.ts";
import { type FewRepetitions, plausibleFactorOf } from "./few-repetitions.ts";
import { METRIC_NAMES, type MetricName } from "./metrics.ts";
import type { WithinRuns } from "./within-runs.ts";

/** Level of all tests of a comparison together. */
export const ALPHA = 0.05;

/** One value of a column compared with that of the first column. */
export interface Contrast {
  /** Ratio to the first column: the Hodges-Lehmann estimate over all pairs of repetitions. */
  readonly ratio: number;
  readonly interval: Interval | null;
  /** Source of the interval; null without one. */
  readonly basis: "repetitions" | "intervals" | null;
  /** Two-sided p-value of the rank test; null with too few repetitions. */
  readonly p: number | null;
  /** p-value after Holm's correction over all tests of the comparison; null without a test. */
  readonly adjustedP: number | null;
  /** Probability that a repetition of this column has the larger value, ties counting half. */
  readonly superiority: number | null;
  /** Significant difference from the first column; null if there is none, or none is decided. */
  readonly shown: "faster" | "slower" | null;
  /**
   * Why the difference is significant: the rank test at level `ALPHA`, or, with too few repetitions
   * for that test, a ratio beyond plausible run-to-run variation. Null if it is not significant.
   */
  readonly shownBy: "rank-test" | "run-to-run" | null;
  /** Why neither a difference nor its absence is decided; null if it is. */
  readonly withheld: Undecided | null;
}

/**
 * Reason for an undecided contrast. `drift`: the rank test finds a difference that may be drift of
 * the storage. `few-repetitions`: no result of a rank test would be significant. `incomplete`: one
 * of the columns did not complete the phase.
 */
export type Undecided = "drift" | "few-repetitions" | "incomplete";

export type Contrasts = Readonly<Partial<Record<MetricName, Contrast>>>;

/** Contrasts of one row before the correction: one record per column, the first one empty. */
export type RawContrasts = readonly Readonly<Partial<Record<MetricName, RawContrast>>>[];

/** A contrast before the correction. */
export interface RawContrast
  extends Omit<Contrast, "adjustedP" | "shown" | "shownBy" | "withheld"> {
  /** Distance on logarithms that change over time may explain. */
  readonly drift: number;
  /** Number of values in the smaller of the two samples that are tested. */
  readonly tested: number;
  /** Smallest p-value that samples of their sizes can have. */
  readonly smallest: number;
  /** Metric whose test also decides this one and is counted once; null if it has its own test. */
  readonly same: MetricName | null;
  /** Values of both columns, for samples that are too small for a rank test. */
  readonly few: FewRepetitions;
  /** Whether both columns completed the phase; others are never significant. */
  readonly isComplete: boolean;
}

/** Number of tests of a comparison and the repetitions that they need. */
export interface Testing {
  /** Differences that are corrected together. */
  readonly tests: number;
  /** Repetitions that each column needs before the rank test can find any of them. */
  readonly needed: number;
  /** Smallest and largest number of repetitions behind a compared value. */
  readonly fewest: number;
  readonly most: number;
  /** Factor between two runs that run-to-run variation plausibly explains; above 1. */
  readonly plausibleFactor: number;
}

/**
 * Compares each cell with the first one. `within`: by cell, the intervals used if both sides have a
 * single repetition, which cover variation within the runs only. `phases`: number of phases
 * compared.
 */
export function contrastsOf(
  cells: readonly ComparedCell[],
  within: readonly WithinRuns[],
  phases: number,
): RawContrasts {
  const [first] = cells;
  if (first === undefined) return [];
  return cells.map((cell, column) => {
    const found: Partial<Record<MetricName, RawContrast>> = {};
    if (column === 0) return found;
    const assumed = [first.assumed, cell.assumed];
    const reach = Math.max(...assumed.map((one) => comparedReach(one, phases)));
    const plausibleFactor = plausibleFactorOf(assumed, phases);
    const isComplete = [first, cell].every(({ state }) => state === "complete");
    for (const name of METRIC_NAMES) {
      const [base, value] = [first.values[name], cell.values[name]];
      const ratio = base && value ? ratioOf(base.samples, value.samples) : null;
      if (ratio === null || base === undefined || value === undefined) continue;
      const single = base.samples.length === 1 && value.samples.length === 1;
      const interval = single ? around(ratio.ratio, within[column]?.[name]) : ratio.interval;
      const sides = arranged(base.dated, value.dated, reach);
      const ranks = single ? null : rankTest(sides.first, sides.other);
      const basis = interval === null ? null : single ? "intervals" : "repetitions";
      const same = name === "bytes" && isProportional(first, cell) ? "operations" : null;
      found[name] = {
        ratio: ratio.ratio,
        interval,
        basis,
        p: ranks !== null && isComplete && canReachLevel(sides) ? ranks.p : null,
        superiority: ranks?.superiority ?? null,
        drift: sides.drift,
        tested: Math.min(sides.first.length, sides.other.length),
        smallest: smallestP(sides.first.length, sides.other.length),
        same,
        few: {
          first: base.samples,
          other: value.samples,
          interval: single ? interval : null,
          plausibleFactor,
        },
        isComplete,
      };
    }
    return found;
  });
}

/** Whether there are enough repetitions for a rank test to reach the level at all. */
function canReachLevel({ first, other }: Compared): boolean {
  return smallestP(first.length, other.length) <= ALPHA;
}

/** Whether every operation has the same size, so that ops/s and bytes/s are proportional. */
function isProportional(...cells: readonly ComparedCell[]): boolean {
  const sizes = cells.flatMap(({ values }) =>
    (values.bytes?.samples ?? []).map((bytes, at) => bytes / (values.operations?.samples[at] ?? 0)),
  );
  return Math.max(...sizes) <= Math.min(...sizes) * (1 + 1e-9);
}

function around(ratio: number, factors: Interval | undefined): Interval | null {
  if (factors === undefined) return null;
  return { ...factors, low: ratio * factors.low, high: ratio * factors.high };
}

/** Returns how many repetitions the tests of a comparison need; null if nothing is compared. */
export function testingOf(rows: readonly RawContrasts[]): Testing | null {
  const all = rows.flatMap((row) =>
    row.flatMap((column) => Object.values(column).filter(({ same }) => same === null)),
  );
  if (all.length === 0) return null;
  const counts = all.map(({ tested }) => tested);
  const needed = leastForRankTest(ALPHA, all.length);
  const plausibleFactor = Math.max(...all.map(({ few }) => few.plausibleFactor));
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  return { tests: all.length, needed, fewest, most, plausibleFactor };
}
