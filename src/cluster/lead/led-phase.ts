import { type Part, stretchOf } from "../../model/plan/part.ts";
import type { PhaseLimit, PhasePlan } from "../../model/plan/plan.ts";

/** The phase without an end that depends on rates: the merge of all hosts decides it. */
export function ledPhase(phase: PhasePlan): PhasePlan {
  const { limit } = phase;
  const led = { ...phase, warmupAuto: false };
  if (limit.kind !== "steady") return led;
  return { ...led, limit: { kind: "duration", durationNs: limit.mostNs } };
}

/**
 * The phase of one host whose storage is its own. A count is that of the whole run, so each host
 * has an equal share of it; a pass over the dataset is over its own dataset.
 */
export function ownShare(phase: PhasePlan, { host, hosts }: Part): PhasePlan {
  return hosts === 1 ? phase : { ...phase, limit: shareOfLimit(phase.limit, host, hosts) };
}

function shareOfLimit(limit: PhaseLimit, host: number, hosts: number): PhaseLimit {
  const shareOf = (all: number): number => stretchOf(all, host, hosts).length;
  if (limit.kind === "operations") return { ...limit, operations: shareOf(limit.operations) };
  if (limit.kind === "bytes") return { ...limit, bytes: shareOf(limit.bytes) };
  return limit;
}
