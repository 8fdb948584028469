import { edgeOf } from "../../metrics/histogram/cells.ts";
import type { HistogramCounts } from "../../metrics/histogram/time-series.ts";

/** Share of all operations that took at least so long; null where there are none, or none did. */
export function shareSlower(
  intervals: readonly (HistogramCounts | null)[],
  thanNs: number,
): number | null {
  let all = 0;
  let slow = 0;
  for (const interval of intervals) {
    for (const [at, count] of (interval?.counts ?? []).entries()) {
      all += count;
      if (edgeOf(interval?.cells[at] ?? 0) >= thanNs) slow += count;
    }
  }
  return slow === 0 ? null : slow / all;
}
