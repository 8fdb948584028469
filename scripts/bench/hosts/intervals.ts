/**
 * Many hosts on this one. `merge.ts` measures the merge without a network; it runs as a separate
 * process, as `sessions.ts` does: the coordinator of a thousand agents on a NATS server, which the
 * processes of `agents.ts` simulate. This file has the phase that they measure and what a host
 * sends of it.
 */
import { LatencyCounts } from "../../../src/metrics/histogram/counts.ts";
import { addPairs, makeHistogram } from "../../../src/metrics/histogram/histogram.ts";
import { NO_PARAMETERS, type PhasePlan, PLAIN_REQUESTS } from "../../../src/model/plan/plan.ts";
import { NOTHING_OPENED, type Series } from "../../../src/model/run/measurement.ts";
import { type HostCell, packCell } from "../../../src/run/hosts/cell.ts";
import type { PhaseInterval } from "../../../src/run/phase/intervals.ts";

const SECOND_NS = 1e9;
const METRICS = [
  ...(["service", "response", "pacing", "firstByte"] as const),
  ...(["connect", "answer", "newConnection", "attempt"] as const),
];
/** Operations of a host in an interval. */
const OPERATIONS = 1000;

/** Eight distributions, as S3 in an open loop has them. */
export const SERIES: readonly Series[] = METRICS.map((metric) => ({ operation: "fetch", metric }));

/** Version of assay that the agents and their coordinator have. */
export const VERSION = "0.0.0";

/** Clock of this machine. */
export const nowNs = process.hrtime.bigint;

export const INTERVALS = { intervalNs: SECOND_NS, perRate: 1 };

/** Difference between the clock of a simulated host and that of this machine, nanoseconds. */
export function skewOf(rank: number): bigint {
  return BigInt(rank) * 1_234_567_891n;
}

/** A phase of a length in seconds. */
export function phaseOf(seconds: number): PhasePlan {
  return {
    ...{ name: "get", dataset: "data", mix: [{ operation: "fetch", weight: 100 }] },
    ...{ access: "random", accessParameters: NO_PARAMETERS, blockBytes: 4096, blockMix: [] },
    ...{ workers: 1, queueDepth: 16, rate: null, warmupNs: 0, warmupAuto: false, cache: "direct" },
    ...{ engine: "auto", sync: null, dsync: false, polling: "none", partBytes: 8388608 },
    ...{ partConcurrency: 1, retries: 0, verify: false, ...PLAIN_REQUESTS, matrix: {} },
    limit: { kind: "duration", durationNs: seconds * SECOND_NS },
  };
}

/** Different intervals of hosts with log-normal latencies, 827 different ones of 1,000. */
export function packedIntervals(shapes: number): readonly HostCell[] {
  let state = 12345;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const counts = new LatencyCounts(1);
  const histograms = SERIES.map(() => makeHistogram("interval"));
  const cells = Array.from({ length: shapes }, () => {
    for (const histogram of histograms) {
      for (let at = 0; at < OPERATIONS; at++) counts.record(0, 400e3 * Math.exp(0.5 * normal()));
      const pairs = counts.take(0);
      histogram.reset();
      if (pairs !== null) addPairs(histogram, pairs);
    }
    const interval: PhaseInterval = {
      ...{ index: 0, fromNs: 0, widthNs: SECOND_NS, operations: [OPERATIONS], errors: [0] },
      ...{ bytes: [OPERATIONS * 4096], throttled: [0], opened: NOTHING_OPENED },
      ...{ offered: 0, backlogEnd: 0, histograms },
    };
    return packCell(interval);
  });
  for (const histogram of histograms) histogram.destroy();
  return cells;
}
