import { holm as holmOf } from "../statistics/holm.ts";
import { leastForRankTest, rankTest } from "../statistics/rank-test.ts";

/** What a rank test says of two samples. */
export interface SampleComparison {
  /** Two-sided; null where a sample is empty. */
  readonly p: number | null;
  /** Whether p is at most alpha. */
  readonly different: boolean;
  /** Repetitions that each side needs for the test to be able to reach alpha at all. */
  readonly leastRepetitions: number;
}

/** Whether two samples differ, by {@link rankTest}. */
export function compareSamples(
  a: readonly number[],
  b: readonly number[],
  alpha: number,
): SampleComparison {
  const leastRepetitions = leastForRankTest(alpha);
  if (a.length === 0 || b.length === 0) return { p: null, different: false, leastRepetitions };
  const { p } = rankTest(a, b);
  return { p, different: p <= alpha, leastRepetitions };
}

/** {@link holmOf} of those that were tested; null stays null and counts as no test. */
export function holm(ps: readonly (number | null)[]): readonly (number | null)[] {
  const adjusted = [...holmOf(ps.filter((p) => p !== null))];
  return ps.map((p) => (p === null ? null : (adjusted.shift() ?? null)));
}
