import { allOperations } from "../metrics/histogram/summary.ts";
import { LISTS } from "../model/plan/operation.ts";
import type { Usage } from "../model/run/cost.ts";
import type { PhaseResult, Run, Summary } from "../model/run/run.ts";
import { added, classOf } from "./estimate.ts";
import { requestsEach, usageOf } from "./requests.ts";

/**
 * Requests that a run sent. Engines count all attempts, including warm-up, drain and failures; in a
 * mix, they are split in proportion to the operations. `around` has the requests of preparation and
 * cleanup.
 */
export function actualUsage(run: Run, around: readonly Usage[]): readonly Usage[] {
  const { kind } = run.target;
  const ofPhases = run.phases.flatMap((result) => {
    const { counters, pointOf } = result;
    // All points of a search are one line.
    const phase = { ...result.phase, name: pointOf ?? result.phase.name };
    const shares = sharesOf(result);
    const total = shares.reduce((sum, { requests }) => sum + requests, 0);
    if (total === 0) return [];
    const scale = Math.max(1, (counters.attempts ?? total) / total);
    return shares.map(({ operation, operations, requests, bytes }) => {
      const counts = {
        operations: Math.round(operations * scale),
        requests: Math.round(requests * scale),
        bytes: Math.round(bytes * scale),
      };
      return usageOf(phase, operation, counts, classOf(phase, kind));
    });
  });
  return added([...around, ...ofPhases]);
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
    return [{ operation, operations, requests, bytes: operations * mean }];
  });
}
