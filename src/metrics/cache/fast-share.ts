import { BRINGS, SENDS } from "../../model/plan/operation.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import { type LatencyHistogram, makeHistogram } from "../histogram/histogram.ts";
import type { OperationTotals } from "../histogram/summary.ts";
import { hostEvidence } from "../host-evidence.ts";
import { overall } from "../phase-result.ts";

/**
 * Latency below which an operation with data used memory, if the storage is behind a network: a
 * read of flash takes 40 µs or more, a buffered read of a few KiB 1 to 9 µs.
 */
export const MEMORY_FAST_NS = 20e3;

/** Steps of the bisection: the share is exact to 10^-6. */
const STEPS = 20;

/** Share of the operations with data below {@link MEMORY_FAST_NS}; null without any. */
export function memoryFastShare(totals: readonly OperationTotals[]): number | null {
  const moving = totals.filter(({ operation }) => BRINGS.has(operation) || SENDS.has(operation));
  const [only, another] = moving;
  if (only !== undefined && another === undefined) return fastShareOf(only.service);
  const all = makeHistogram("total");
  for (const { service } of moving) all.add(service);
  const share = fastShareOf(all);
  all.destroy();
  return share;
}

function fastShareOf(histogram: LatencyHistogram): number | null {
  return histogram.totalCount === 0 ? null : shareBelow(histogram, MEMORY_FAST_NS);
}

function shareBelow(histogram: LatencyHistogram, ns: number): number {
  let low = 0;
  let high = 1;
  if (histogram.maxValue < ns) return 1;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (histogram.getValueAtPercentile(middle * 100) < ns) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The same for a stored phase; for an older run 0.5 or 0, by the median. With several hosts, each
 * one's share counts by its operations.
 */
export function storedFastShare(result: PhaseResult): number | null {
  if (result.hosts !== undefined) return fastShareOfHosts(result);
  if (result.cache.memoryFastShare !== undefined) return result.cache.memoryFastShare;
  const bytes = result.cache.logicalReadBytes + result.cache.logicalWriteBytes;
  const median = overall(result)?.latency?.p50Ns;
  return median === undefined || bytes === 0 ? null : median < MEMORY_FAST_NS ? 0.5 : 0;
}

function fastShareOfHosts(result: PhaseResult): number | null {
  const known = hostEvidence(result).flatMap(({ cache, operations }) => {
    const share = cache.memoryFastShare ?? null;
    return share === null ? [] : [{ share, operations }];
  });
  const operations = known.reduce((sum, one) => sum + one.operations, 0);
  if (operations === 0) return null;
  return known.reduce((sum, one) => sum + one.share * one.operations, 0) / operations;
}
