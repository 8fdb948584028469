import { type CachedShare, oneShare } from "../../../metrics/cache/cache.ts";
import { overall } from "../../../metrics/phase-result.ts";
import type { PhaseResult, Summary } from "../../../model/run/run.ts";
import { formatShare } from "../../parts/format.ts";

/** What a phase's `all` row is called: its operation where there is one, else the whole mix. */
export function operationName(result: PhaseResult, summary: Summary): string {
  const [only, ...others] = result.phase.mix;
  if (summary.operation !== "all") return summary.operation;
  return only !== undefined && others.length === 0 ? only.operation : "all";
}

/** Summaries of a phase that tables show: `all` where there is one operation, else each and all. */
export function shownSummaries(result: PhaseResult): readonly Summary[] {
  if (result.summaries.length > 2) return result.summaries;
  const all = overall(result);
  return all === null ? result.summaries : [all];
}

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
