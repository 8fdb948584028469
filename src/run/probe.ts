import { isLiveMix, needsOf } from "../model/operation.ts";
import type { PhasePlan } from "../model/plan.ts";
import { highestPerSecond } from "../model/rate.ts";
import type { Warning } from "../model/run.ts";
import { type PhaseTask, runPhase } from "./phase.ts";
import type { WorkerPool } from "./pool.ts";

/** One operation after the other for so long tells what one takes; it disturbs a device little. */
const PROBE_NS = 300e6;

/** Slots that are busy more than so much of the time leave arrivals waiting for one. */
const MOST_UTILIZATION = 0.9;

/** Operations after which the dataset is another one cannot be tried out. */
function canProbe({ mix, rate }: PhasePlan): boolean {
  const operations = mix.map(({ operation }) => operation);
  const moves = operations.some((one) => one === "rename" || one === "upload");
  return rate !== null && !moves && !isLiveMix(operations) && needsOf(operations) === "present";
}

/**
 * Whether the slots of an open loop can carry its highest rate at the latency that single
 * operations have now: by Little's law (J. Little, Operations Research 9, 1961) rate times
 * latency are busy at once. A sentence that is to be said before the load where they cannot.
 */
export async function slotsWarning(task: PhaseTask, pool: WorkerPool): Promise<Warning | null> {
  const { phase, threads, depth } = task;
  if (phase.rate === null || !canProbe(phase)) return null;
  const limit = { kind: "duration", durationNs: PROBE_NS } as const;
  const still = { warmupNs: 0, warmupAuto: false, workers: 1, queueDepth: 1, verify: false };
  const single: PhasePlan = { ...phase, ...still, rate: null, limit };
  const measured = await runPhase({ ...task, phase: single, threads: 1, depth: 1 }, pool);
  const [total] = measured.totals;
  const latencyNs = total !== undefined && total.operations > 0 ? total.service.mean : null;
  measured.close();
  if (latencyNs === null) return null;
  const perSecond = highestPerSecond(phase.rate);
  const slots = threads * depth;
  const needed = Math.ceil((perSecond * latencyNs) / 1e9 / MOST_UTILIZATION);
  if (needed <= slots) return null;
  const carries = Math.floor((slots * 1e9) / latencyNs);
  const message =
    `${perSecond}/s is more than ${slots} operations in flight can carry: one takes ` +
    `${(latencyNs / 1e6).toPrecision(3)} ms here, which makes ${carries}/s at the most; raise ` +
    `workers x queueDepth to ${needed}, or the load waits for the client and not for the storage`;
  return { code: "too-few-slots", message };
}
