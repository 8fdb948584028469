import type { TimeSeries } from "../histogram/time-series.ts";
import { bootstrap, type Replicates } from "../statistics/bootstrap/bootstrap.ts";
import { ratioInterval } from "../statistics/bootstrap/ratio-interval.ts";
import { comparedReach, exceedsDrift } from "../statistics/drift.ts";
import { holm } from "../statistics/holm.ts";
import type { Interval } from "../statistics/median.ts";
import { leastForRankTest, rankTest, smallestP } from "../statistics/rank-test.ts";
import { ratioOf } from "../statistics/ratio.ts";
import { arranged, type Compared } from "../statistics/series/turns.ts";
import type { ComparedCell } from "./cells.ts";
import { COMPARED, METRIC_NAMES, type MetricName } from "./metrics.ts";

/** Level of the tests of a whole table: how often it calls anything different by chance. */
export const ALPHA = 0.05;

/** One number of a column beside that of the first one. */
export interface Contrast {
  /** Over the first: the Hodges-Lehmann estimate over all pairs of repetitions. */
  readonly ratio: number;
  readonly interval: Interval | null;
  /** What the interval is of; null without one. */
  readonly basis: "repetitions" | "intervals" | null;
  /** Two-sided, of the rank test over repetitions; null where they are too few for any. */
  readonly p: number | null;
  /** After Holm's correction over all tests of the comparison. */
  readonly adjustedP: number | null;
  /** Probability that a repetition of this column has the larger value, ties counting half. */
  readonly superiority: number | null;
  /** What was shown at level `ALPHA`; null: nothing can be said. */
  readonly shown: "faster" | "slower" | null;
  /** Why a difference that the rank test shows is not in `shown`: it may be drift. */
  readonly withheld: "drift" | null;
}

export type Contrasts = Readonly<Partial<Record<MetricName, Contrast>>>;

/** Contrasts of one row before the correction: one record a column, the first of them empty. */
export type RawContrasts = readonly Readonly<Partial<Record<MetricName, RawContrast>>>[];

interface RawContrast extends Omit<Contrast, "adjustedP" | "shown" | "withheld"> {
  /** Distance in logarithms that may be change over time. */
  readonly drift: number;
  /** Values of the side that has fewer, as they are tested. */
  readonly tested: number;
  /** Same test under another name, which must not count twice. */
  readonly same: MetricName | null;
}

/** What the tests of a comparison can say at all. */
export interface Testing {
  /** Differences that were or could have been tested together. */
  readonly tests: number;
  /** Repetitions of each column needed for any of them to be shown. */
  readonly needed: number;
  /** Fewest and most repetitions that a compared number has. */
  readonly fewest: number;
  readonly most: number;
}

/**
 * Each cell beside the first one, where so many phases are compared. `lines`: the time line behind
 * each cell, for where there is one repetition on either side: its interval is of chance inside the
 * runs alone.
 */
export function contrastsOf(
  cells: readonly ComparedCell[],
  lines: readonly (TimeSeries | null)[],
  phases: number,
): RawContrasts {
  const [first] = cells;
  if (first === undefined) return [];
  const replicates = cells.map((_, column) => lazily(() => replicatesOf(lines[column], column)));
  return cells.map((cell, column) => {
    const found: Partial<Record<MetricName, RawContrast>> = {};
    if (column === 0) return found;
    const reach = Math.max(...[first, cell].map(({ assumed }) => comparedReach(assumed, phases)));
    for (const [at, name] of METRIC_NAMES.entries()) {
      const [base, value] = [first.values[name], cell.values[name]];
      const ratio = base && value ? ratioOf(base.samples, value.samples) : null;
      if (ratio === null || base === undefined || value === undefined) continue;
      const single = base.samples.length === 1 && value.samples.length === 1;
      const interval = single
        ? resampled(ratio.ratio, replicates[0]?.()?.[at], replicates[column]?.()?.[at])
        : ratio.interval;
      const sides = arranged(base.dated, value.dated, reach);
      const ranks = single ? null : rankTest(sides.first, sides.other);
      const basis = interval === null ? null : single ? "intervals" : "repetitions";
      const same = name === "bytes" && isProportional(first, cell) ? "operations" : null;
      found[name] = {
        ratio: ratio.ratio,
        interval,
        basis,
        p: ranks !== null && isTestable(sides, first, cell) ? ranks.p : null,
        superiority: ranks?.superiority ?? null,
        drift: sides.drift,
        tested: Math.min(sides.first.length, sides.other.length),
        same,
      };
    }
    return found;
  });
}

/** Only complete repetitions are tested, and only so many that they could be shown to differ. */
function isTestable({ first, other }: Compared, ...cells: readonly ComparedCell[]): boolean {
  const complete = cells.every((cell) => cell.state === "complete");
  return complete && smallestP(first.length, other.length) <= ALPHA;
}

/** Whether every operation moved as many bytes, so that both rates are one number. */
function isProportional(...cells: readonly ComparedCell[]): boolean {
  const sizes = cells.flatMap(({ values }) =>
    (values.bytes?.samples ?? []).map((bytes, at) => bytes / (values.operations?.samples[at] ?? 0)),
  );
  return Math.max(...sizes) <= Math.min(...sizes) * (1 + 1e-9);
}

function replicatesOf(
  line: TimeSeries | null | undefined,
  column: number,
): readonly (Replicates | null)[] | null {
  if (line == null) return null;
  const estimates = METRIC_NAMES.map((name) => COMPARED[name].estimate);
  return bootstrap(line, estimates, column + 1);
}

function resampled(
  ratio: number,
  first: Replicates | null | undefined,
  other: Replicates | null | undefined,
): Interval | null {
  return first == null || other == null ? null : ratioInterval(ratio, first, other);
}

/** Corrects all p-values of a comparison together and says what was shown. By row. */
export function corrected(rows: readonly RawContrasts[]): readonly (readonly Contrasts[])[] {
  const tested: RawContrast[] = rows.flatMap((row) =>
    row.flatMap((one) => Object.values(one).filter(({ p, same }) => p !== null && same === null)),
  );
  const adjusted = holm(tested.map(({ p }) => p ?? 1));
  const byTest = new Map(tested.map((one, at) => [one, adjusted[at] ?? 1]));
  return rows.map((row) =>
    row.map((column) => {
      const found: Partial<Record<MetricName, Contrast>> = {};
      for (const name of METRIC_NAMES) {
        const raw = column[name];
        if (raw === undefined) continue;
        const { same, drift, tested: _, ...rest } = raw;
        const test = same === null ? raw : column[same];
        const adjustedP = test === undefined ? null : (byTest.get(test) ?? null);
        const seen = seenOf(name, raw, adjustedP);
        const isDrift = seen !== null && !exceedsDrift(raw.ratio, drift);
        const said = isDrift ? HELD_BACK : { shown: seen, withheld: null };
        found[name] = { ...rest, adjustedP, ...said };
      }
      return found;
    }),
  );
}

const HELD_BACK = { shown: null, withheld: "drift" } as const;

function seenOf(
  name: MetricName,
  { superiority }: RawContrast,
  adjustedP: number | null,
): "faster" | "slower" | null {
  if (adjustedP === null || adjustedP > ALPHA || superiority === null) return null;
  const more = superiority > 0.5;
  return more === (COMPARED[name].faster === "more") ? "faster" : "slower";
}

/** How many repetitions this comparison would need; null where nothing is compared. */
export function testingOf(rows: readonly { readonly raw: RawContrasts }[]): Testing | null {
  const counts = rows.flatMap(({ raw }) =>
    raw.flatMap((column) =>
      Object.values(column)
        .filter(({ same }) => same === null)
        .map(({ tested }) => tested),
    ),
  );
  if (counts.length === 0) return null;
  const tests = counts.length;
  const needed = leastForRankTest(ALPHA, tests);
  return { tests, needed, fewest: Math.min(...counts), most: Math.max(...counts) };
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
