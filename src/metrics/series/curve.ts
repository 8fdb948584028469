import { type CountedCells, latenciesAt } from "./counted-cells.ts";

/** Steps of a curve per nine: 1/(1 - share) grows by 10^(1/16). */
const STEPS_PER_NINE = 16;

/** Shares that a curve always has, because readers look for them. */
const NAMED = [0, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999];

/**
 * The curve of a distribution by percentile: the latency that a share of the operations did not
 * exceed. It ends at the share of the slowest operation but one, where its count ends.
 */
export function curvePoints(
  counted: CountedCells,
): readonly { readonly share: number; readonly ns: number }[] {
  const shares = sharesOf(counted.total);
  const latencies = latenciesAt(counted.sorted(), counted.total, shares);
  return shares.map((share, at) => ({ share, ns: latencies[at] ?? 0 }));
}

function sharesOf(total: number): readonly number[] {
  const last = 1 - 1 / Math.max(1, total);
  const steps = Math.ceil(Math.log10(Math.max(1, total)) * STEPS_PER_NINE);
  const between = Array.from({ length: steps }, (_, step) => 1 - 10 ** (-step / STEPS_PER_NINE));
  const all = [...between, ...NAMED, last].filter((share) => share >= 0 && share <= last);
  return [...new Set(all)].toSorted((one, other) => one - other);
}
