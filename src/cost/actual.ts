import { allOperations } from "../metrics/histogram/summary.ts";
import { TAR_BLOCK_BYTES } from "../model/content/packing.ts";
import { LISTS, OPERATION, type Operation } from "../model/plan/operation.ts";
import type { Usage } from "../model/run/cost.ts";
import type { PhaseResult, Run, Summary } from "../model/run/run.ts";
import { added } from "./estimate.ts";
import { requestsEach, usageOf } from "./requests.ts";

/**
 * Requests that a run sent. Engines count all attempts, including warm-up, drain and failures, and
 * those of the probe before an open loop; in a mix, they are split in proportion to the operations.
 * Without the engine's count, each operation counts with the requests that it needs. `around` has
 * the requests of preparation and cleanup.
 */
export function actualUsage(run: Run, around: readonly Usage[]): readonly Usage[] {
  const ofPhases = run.phases.flatMap((result) => {
    const { counters, pointOf } = result;
    // All points of a search are one line.
    const phase = { ...result.phase, name: pointOf ?? result.phase.name };
    const shares = sharesOf(result);
    const needed = shares.reduce((sum, { requests }) => sum + requests, 0);
    if (needed === 0) return [];
    const { attempts = needed, probeAttempts = 0 } = counters;
    const sent = attempts + probeAttempts;
    // The probe before an open loop has the same operations.
    const scale = attempts === 0 ? 1 : sent / attempts;
    const split = splitOf(
      shares.map(({ requests }) => requests),
      sent,
    );
    return shares.flatMap(({ operation, operations, bytes }, index) => {
      const requests = split[index] ?? 0;
      const looks = operation === "restore" ? Math.min(requests, counters.restoreLooks ?? 0) : 0;
      const counts = {
        operations: Math.round(operations * scale),
        requests,
        bytes: Math.round(bytes * scale),
        looks,
      };
      return usageOf(phase, operation, counts, run.target.kind);
    });
  });
  return added([...around, ...ofPhases]);
}

/** Splits a count in proportion to weights; the parts are whole and sum to the count. */
function splitOf(weights: readonly number[], count: number): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  let given = 0;
  return weights.map((weight) => {
    before += weight;
    const part = Math.round((count * before) / total) - given;
    given += part;
    return part;
  });
}

function sharesOf({ phase, summaries, counters }: PhaseResult) {
  const [all, ...each] = summaries;
  const only = phase.mix[0]?.operation;
  const rows: readonly (Summary | undefined)[] = each.length > 0 ? each : [all];
  return rows.flatMap((summary) => {
    if (summary === undefined) return [];
    const operation = summary.operation === "all" ? only : summary.operation;
    if (operation === undefined) return [];
    const operations = allOperations(summary);
    const mean = summary.operations > 0 ? summary.bytes / summary.operations : 0;
    const pages = LISTS.has(operation);
    const requests =
      pages && rows.length === 1
        ? (counters.listedPages ?? operations)
        : operations * requestsEach(phase, operation, mean);
    return [{ operation, operations, requests, bytes: operations * bytesEach(operation, mean) }];
  });
}

/** Bytes of one operation; a sample of a shard arrives with its header and padding. */
function bytesEach(operation: Operation, mean: number): number {
  if (OPERATION[operation].unit !== "sample") return mean;
  return TAR_BLOCK_BYTES + Math.ceil(mean / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}
