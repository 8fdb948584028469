/**
 * p-values corrected for being several: what is below `alpha` afterwards is wrong in at most
 * `alpha` of all tables, however the tests depend on each other. In the order given; null (not
 * tested) stays null and counts as no test.
 *
 * Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
 * Statistics 6, 1979: the smallest of m counts m times, the next one m - 1 times and so on, and
 * none less than one before it.
 */
export function holm(pValues: readonly number[]): readonly number[];
export function holm(pValues: readonly (number | null)[]): readonly (number | null)[];
export function holm(pValues: readonly (number | null)[]): readonly (number | null)[] {
  const adjusted = [...pValues];
  const tested = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }]));
  let least = 0;
  for (const [rank, { p, index }] of tested.sort((a, b) => a.p - b.p).entries()) {
    least = Math.min(1, Math.max(least, (tested.length - rank) * p));
    adjusted[index] = least;
  }
  return adjusted;
}
