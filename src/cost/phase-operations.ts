import { trialsOf } from "../metrics/search/search.ts";
import type { DatasetPlan } from "../model/plan/dataset.ts";
import { ALTERS_FILES, OPERATION } from "../model/plan/operation.ts";
import { maxRepetitionNs, type PhasePlan } from "../model/plan/plan.ts";
import { highestPerSecond } from "../model/plan/rate.ts";
import { type Pass, passOf, withDeviation } from "./pass.ts";

/** Assumed maximum throughput of one connection; S3's own figure is 85 to 90 MB/s. */
const MAX_BYTES_PER_SECOND = 200e6;

/** Maximum counts of one operation of a phase, all points of a search together. */
export interface Counts {
  readonly operations: number;
  readonly requests: number;
  readonly bytes: number;
}

/**
 * Maximum operations, requests and bytes of each operation of a phase, without retries, in the
 * order of its mix. `leastMs` is the assumed minimum time of a request.
 */
export function phaseCounts(
  phase: PhasePlan,
  dataset: DatasetPlan,
  leastMs: number,
): readonly Counts[] {
  const { limit, mix } = phase;
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  const passes = mix.map(({ operation }) => passOf(phase, operation, dataset));
  const timed = limit.kind === "duration" || limit.kind === "steady";
  const { times } = loadOf(phase);
  const load = timed
    ? timedOperations(phase, passes, leastMs)
    : countedOperations(phase, passes[0] ?? NOTHING);
  const all = load + probeOperations(phase, meanOperationMs(phase, passes, leastMs));
  return mix.map(({ operation, weight }, index) => {
    const pass = passes[index] ?? NOTHING;
    const operations = drawn(all, weight / total);
    const streams = timed && OPERATION[operation].unit === "sample";
    const counts = streams ? streamed(phase, pass, leastMs) : partOf(pass, operations, phase);
    return {
      operations: Math.ceil(counts.operations * times),
      requests: Math.ceil(counts.requests * times),
      bytes: Math.ceil(counts.bytes * times),
    };
  });
}

const NOTHING: Pass = {
  operations: 0,
  requests: 0,
  bytes: 0,
  mostRequests: 0,
  leastBytes: 0,
  mostBytes: 0,
  concurrent: 1,
  serial: 1,
};

/** Maximum operations of one kind in a mix that draws each by its weight. */
function drawn(all: number, share: number): number {
  if (share >= 1) return all;
  return Math.min(all, Math.ceil(all * share + 4 * Math.sqrt(all * share * (1 - share))));
}

/** Requests and bytes of a number of operations: whole passes, and part of one. */
function partOf(pass: Pass, operations: number, { workers, queueDepth }: PhasePlan): Counts {
  if (pass.operations === 0) return { operations, requests: operations, bytes: 0 };
  const whole = Math.floor(operations / pass.operations);
  const rest = operations - whole * pass.operations;
  // Operations that share a request: each slot begins one, whatever part of it the rest needs.
  const shared = (rest * pass.requests) / pass.operations + workers * queueDepth;
  const least = pass.requests < pass.operations ? shared : Number.POSITIVE_INFINITY;
  const last = Math.min(rest * pass.mostRequests, pass.requests, least);
  const requests = whole * pass.requests + Math.ceil(last);
  const bytes = whole * pass.bytes + Math.min(rest * pass.mostBytes, pass.bytes);
  return { operations, requests, bytes };
}

/** Operations of a phase that ends with a count; the first operation of a mix defines a pass. */
function countedOperations({ limit, workers }: PhasePlan, pass: Pass): number {
  switch (limit.kind) {
    case "operations":
      return limit.operations;
    case "epochs":
      return pass.operations * limit.epochs;
    case "bytes": {
      if (pass.bytes === 0) return 0;
      const whole = Math.floor(limit.bytes / pass.bytes);
      const rest = limit.bytes - whole * pass.bytes;
      const last = Math.min(pass.operations, Math.ceil(rest / Math.max(1, pass.leastBytes)));
      // Each worker ends with the file that fills its share.
      const ends = limit.bytes % (workers * Math.max(1, pass.leastBytes)) === 0 ? 0 : workers;
      return whole * pass.operations + last + ends;
    }
    default:
      return 0;
  }
}

/** Length of the probe before an open loop, and its maximum rounds; a round ends its operation. */
const PROBE_MS = 300;
const PROBE_ROUNDS = 3;

/**
 * Operations of the probe of each host, one after the other; none if operations add or remove
 * files.
 */
function probeOperations({ mix, rate, find, hosts = 1 }: PhasePlan, meanMs: number): number {
  if (rate === null || find !== undefined) return 0;
  if (mix.some(({ operation }) => ALTERS_FILES.has(operation))) return 0;
  return hosts * (Math.ceil(PROBE_MS / meanMs) + PROBE_ROUNDS - 1);
}

/** Operations of a phase with a time limit; a mix takes the mean time of its operations. */
function timedOperations(phase: PhasePlan, passes: readonly Pass[], leastMs: number): number {
  const meanMs = meanOperationMs(phase, passes, leastMs);
  const seconds = maxRepetitionNs(phase) / 1e9;
  const { depth, perSecond } = loadOf(phase);
  const perSlot = Math.ceil((seconds * 1000) / meanMs);
  const scheduled = perSecond * seconds;
  const random = (phase.find ?? phase.rate)?.arrivals === "poisson";
  const arrived = random && scheduled < Infinity ? withDeviation(scheduled) : scheduled;
  return Math.ceil(Math.min(phase.workers * depth * perSlot, arrived));
}

/** Assumed minimum time of an operation of a mix, mean by weight, milliseconds. */
function meanOperationMs(phase: PhasePlan, passes: readonly Pass[], leastMs: number): number {
  const total = phase.mix.reduce((sum, { weight }) => sum + weight, 0);
  return phase.mix.reduce((sum, { weight }, index) => {
    return sum + (operationMs(phase, passes[index] ?? NOTHING, leastMs) * weight) / total;
  }, 0);
}

function operationMs(phase: PhasePlan, pass: Pass, leastMs: number): number {
  const each = pass.operations === 0 ? 0 : pass.bytes / pass.operations;
  const connections = Math.min(pass.concurrent, Math.max(1, Math.ceil(each / phase.partBytes)));
  const transferMs = (each / (MAX_BYTES_PER_SECOND * connections)) * 1000;
  return Math.max(leastMs * pass.serial, transferMs);
}

/** Requests of a stream: each slot reads one whole shard after the other. */
function streamed(phase: PhasePlan, pass: Pass, leastMs: number): Counts {
  const slots = phase.workers * loadOf(phase).depth;
  const each = pass.requests === 0 ? 0 : pass.bytes / pass.requests;
  const shardMs = Math.max(leastMs, (each / MAX_BYTES_PER_SECOND) * 1000);
  const requests = slots * Math.ceil(maxRepetitionNs(phase) / 1e6 / shardMs);
  return { operations: requests, requests, bytes: requests * each };
}

/** Maximum load of a phase, and how often it may run; a search runs a phase many times. */
function loadOf({ queueDepth, rate, find }: PhasePlan) {
  const endless = Number.POSITIVE_INFINITY;
  if (find === undefined) {
    const perSecond = rate === null ? endless : highestPerSecond(rate);
    return { depth: queueDepth, perSecond, times: 1 };
  }
  const times = trialsOf(find).most;
  return find.by === "queueDepth"
    ? { depth: find.to ?? queueDepth, perSecond: endless, times }
    : { depth: queueDepth, perSecond: find.to ?? endless, times };
}
