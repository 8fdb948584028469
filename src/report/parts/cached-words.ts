import { type CachedShare, oneShare } from "../../metrics/cache/cache.ts";
import { formatShare } from "./format.ts";

/** A bound so near to nothing or all says nothing. */
const NO_BOUND = 0.005;

/** `37 %`, `10 % to 16 %`, `at least 12 %`, `at most 40 %` or `not known`. */
export function shareWords(share: Pick<CachedShare, "low" | "high">): string {
  const one = oneShare(share);
  if (one !== null) return formatShare(one);
  const { low, high } = share;
  const isOpenAbove = high > 1 - NO_BOUND;
  if (low <= NO_BOUND) return isOpenAbove ? "not known" : `at most ${formatShare(high)}`;
  return isOpenAbove
    ? `at least ${formatShare(low)}`
    : `${formatShare(low)} to ${formatShare(high)}`;
}
