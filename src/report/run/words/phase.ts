import { type CachedShare, oneShare } from "../../../metrics/cache/cache.ts";
import { overall } from "../../../metrics/phase-result.ts";
import { BLOCKS } from "../../../model/plan/operation.ts";
import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import { formatShare } from "../../parts/format.ts";

/** Name of a phase's `all` row: its operation if there is only one, else `all`. */
export function operationName(result: PhaseResult, summary: Summary): string {
  const [only, ...others] = result.phase.mix;
  if (summary.operation !== "all") return summary.operation;
  return only !== undefined && others.length === 0 ? only.operation : "all";
}

/** Summaries that tables show: `all` for one operation, else each of them and `all`. */
export function shownSummaries(result: PhaseResult): readonly Summary[] {
  if (result.summaries.length > 2) return result.summaries;
  const all = overall(result);
  return all === null ? result.summaries : [all];
}

/** Bounds this close to 0 or 1 are not shown. */
const NO_BOUND = 0.005;

/** `37%`, `10% to 16%`, `at least 12%`, `at most 40%` or `unknown`. */
export function shareWords(share: Pick<CachedShare, "low" | "high">): string {
  const one = oneShare(share);
  if (one !== null) return formatShare(one);
  const { low, high } = share;
  const isOpenAbove = high > 1 - NO_BOUND;
  if (low <= NO_BOUND) return isOpenAbove ? "unknown" : `at most ${formatShare(high)}`;
  return isOpenAbove
    ? `at least ${formatShare(low)}`
    : `${formatShare(low)} to ${formatShare(high)}`;
}

/** `response ` before a statistic of response times, empty before one of service times. */
export function latencyPrefix(summary: Summary | null | undefined): string {
  return summary?.response == null ? "" : "response ";
}

/** Title of rates: `IOPS` for block operations on a path or device, else `ops/s`. */
export function rateTitle({ phases, target }: Pick<Run, "phases" | "target">): string {
  const isBlock = phases.every(({ phase }) => phase.mix.every((one) => BLOCKS.has(one.operation)));
  return isBlock && target.address.kind !== "bucket" ? "IOPS" : "ops/s";
}
