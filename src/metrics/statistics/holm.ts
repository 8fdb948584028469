/**
 * p-values corrected for being several: what is below `alpha` afterwards is wrong in at most
 * `alpha` of all tables, however the tests depend on each other. In the order given.
 *
 * Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
 * Statistics 6, 1979: the smallest of m counts m times, the next one m - 1 times and so on, and
 * none less than one before it.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const adjusted = [...pValues];
  const ascending = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  let least = 0;
  for (const [rank, index] of ascending.entries()) {
    least = Math.min(1, Math.max(least, (pValues.length - rank) * (pValues[index] ?? 0)));
    adjusted[index] = least;
  }
  return adjusted;
}
