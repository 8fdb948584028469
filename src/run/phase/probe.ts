import { arrivalsPart, type PhaseSetup } from "../../load/task.ts";
import { addHistogram, makeHistogram, summarize } from "../../metrics/histogram/histogram.ts";
import { exactLatencyNs } from "../../metrics/histogram/latency-figure.ts";
import { ALTERS_FILES } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { highestPerSecond, type RatePlan } from "../../model/plan/rate.ts";
import type { OpenLoop, Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import { runPhase } from "./phase.ts";
import type { WorkerPool } from "./pool.ts";

export const TOO_FEW_SLOTS = "too-few-slots";

/** Length of a probe: one operation at a time, which hardly affects a device. */
const PROBE_NS = 300e6;

/** With 1 slow operation in 25, the median of this many is slow in 1 of 200 probes. */
const MIN_OPERATIONS = 3;
const MAX_ROUNDS = 3;

/** Share of the scheduled operations that may wait at the end of a phase that kept its rate. */
const MAX_WAITING_SHARE = 0.01;

/** Arrivals wait if slots are busy for more than this share of the time. */
const MAX_UTILIZATION = 0.9;

/** Whether a phase can be probed: not if its operations add, remove or rename files. */
function canProbe({ mix, rate }: PhasePlan): boolean {
  return rate !== null && !mix.some(({ operation }) => ALTERS_FILES.has(operation));
}

/** Result of a probe with single operations. */
interface Probed {
  /** Median service time, nanoseconds; null if unknown. */
  readonly latencyNs: number | null;
  readonly operations: number;
  readonly unfinished: number;
  /** Requests that the engine sent; 0 if it does not count them. */
  readonly attempts: number;
}

/** Warnings of a probe, and the requests that it sent; S3 charges them as well. */
interface ProbeOutcome {
  readonly warnings: readonly Warning[];
  readonly attempts: number;
}

/**
 * Probes an open loop with single operations before its load. Warns if its slots cannot sustain the
 * highest rate at the median latency: by Little's law (J. Little, Operations Research 9, 1961),
 * rate times latency operations are in flight. Also warns if a probe operation never completed,
 * because no number of the phase includes it. Uses the median because a single slow operation
 * dominates the mean of a few.
 */
export async function probeLoad(
  setup: PhaseSetup,
  pool: WorkerPool,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const { phase, threads, depth } = setup;
  if (phase.rate === null || !canProbe(phase)) return { warnings: [], attempts: 0 };
  const probed = await probe(setup, pool, signal);
  // An interrupted probe has no meaning for the storage.
  const { attempts } = probed;
  if (signal.aborted) return { warnings: [], attempts };
  const { hosts } = arrivalsPart(setup);
  const tooFew = slotsWarning(probed, highestPerSecond(phase.rate) / hosts, threads * depth);
  return { warnings: [...hungWarning(probed, setup.drainNs), ...tooFew], attempts };
}

/** Measures single operations, for longer if they are slow, until there are enough. */
async function probe(setup: PhaseSetup, pool: WorkerPool, signal: AbortSignal): Promise<Probed> {
  const limit = { kind: "duration", durationNs: PROBE_NS } as const;
  const alone = { warmupNs: 0, warmupAuto: false, workers: 1, queueDepth: 1, verify: false };
  const single: PhasePlan = { ...setup.phase, ...alone, rate: null, limit };
  const service = makeHistogram("total");
  let unfinished = 0;
  let attempts = 0;
  for (let round = 0; round < MAX_ROUNDS && !signal.aborted; round++) {
    const seed = setup.seed + round;
    const one = { ...setup, phase: single, threads: 1, depth: 1, seed };
    const measurement = await runPhase(one, pool, { signal });
    for (const total of measurement.totals) {
      addHistogram(service, total.service);
      unfinished += total.unfinished ?? 0;
    }
    for (const { counters } of measurement.workers) attempts += counters.attempts ?? 0;
    measurement.close();
    if (unfinished > 0 || service.totalCount >= MIN_OPERATIONS) break;
  }
  const operations = service.totalCount;
  const known = unfinished === 0 && operations >= MIN_OPERATIONS;
  const latencyNs = known ? exactLatencyNs(summarize(service), "p50") : null;
  service.destroy();
  return { latencyNs, operations, unfinished, attempts };
}

function slotsWarning(
  { latencyNs, operations }: Probed,
  perSecond: number,
  slots: number,
): readonly Warning[] {
  if (latencyNs === null) return [];
  const needed = Math.ceil((perSecond * latencyNs) / 1e9 / MAX_UTILIZATION);
  if (needed <= slots) return [];
  const sustained = (slots * 1e9) / latencyNs;
  const rate = sustained < 10 ? sustained.toFixed(1) : String(Math.floor(sustained));
  const fact =
    `${perSecond}/s is more than ${slots} operations in flight can sustain: the median latency ` +
    `of ${operations} single operations was ${(latencyNs / 1e6).toPrecision(3)} ms, which allows ` +
    `${rate}/s`;
  const remedy = `Raise workers x queueDepth to ${needed}.`;
  return [makeWarning(TOO_FEW_SLOTS, fact, { remedy })];
}

function hungWarning({ unfinished }: Probed, drainNs: number): readonly Warning[] {
  if (unfinished === 0) return [];
  const operations = unfinished === 1 ? "1 operation" : `${unfinished} operations`;
  const fact =
    `${operations} of the probe before the phase did not complete within ${drainNs / 1e9} s ` +
    "after it";
  return [makeWarning("probe-unfinished", fact, { value: unfinished, unit: "count" })];
}

/**
 * Whether a phase sustained its rate: every scheduled operation was issued, and the backlog at the
 * end (of a rate that changes: at any time) was at most the number of slots or 1 in 100 operations.
 */
export function carriedRate(phase: PhasePlan, open: OpenLoop | null, slots: number): boolean {
  if (phase.rate === null || open === null) return false;
  if (open.dropped > 0 || open.unissued > 0) return false;
  const waited = isConstant(phase.rate) ? open.backlogAtEnd : open.backlogMost;
  return waited <= Math.max(slots, open.offered * MAX_WAITING_SHARE);
}

function isConstant(rate: RatePlan): boolean {
  const highest = highestPerSecond(rate);
  return rate.steps.every(
    ({ fromPerSecond, toPerSecond }) => fromPerSecond === highest && toPerSecond === highest,
  );
}
