import adjust from "@stdlib/stats-padjust";

/**
 * p-values corrected for being several: what is below `alpha` afterwards is wrong in at most
 * `alpha` of all tables, however the tests depend on each other. In the order given.
 *
 * Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
 * Statistics 6, 1979.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  return pValues.length === 0 ? [] : Array.from(adjust([...pValues], "holm"));
}
