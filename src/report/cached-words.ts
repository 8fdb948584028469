import type { CachedShare } from "../metrics/cached-share.ts";
import { formatShare } from "./format.ts";

/** Bounds closer than this are shown as one number. */
const ONE_NUMBER = 0.02;
/** A bound so near to nothing or all says nothing. */
const NO_BOUND = 0.005;

/** `37 %`, `10 % to 16 %`, `at least 12 %`, `at most 40 %` or `not known`. */
export function shareWords({ low, high }: Pick<CachedShare, "low" | "high">): string {
  if (high - low <= ONE_NUMBER) return formatShare((low + high) / 2);
  const isOpenAbove = high > 1 - NO_BOUND;
  if (low <= NO_BOUND) return isOpenAbove ? "not known" : `at most ${formatShare(high)}`;
  return isOpenAbove
    ? `at least ${formatShare(low)}`
    : `${formatShare(low)} to ${formatShare(high)}`;
}
