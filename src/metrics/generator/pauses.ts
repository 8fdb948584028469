import type { OwnPause, OwnPauses } from "../../model/run/harness.ts";

/** A pause as it was recorded. Its start is relative to that of the phase and may be negative. */
export interface SeenPause {
  readonly fromNs: number;
  readonly lengthNs: number;
  /** Time in which the monitor thread was ready to run; negative if the kernel does not tell. */
  readonly readyNs: number;
}

/** Shortest part of a pause inside the phase that counts, after cutting it at the phase's ends. */
const SHORTEST_NS = 1e6;

/** Maximum pauses listed. */
const LISTED = 20;

/** Cuts pauses to the phase, from 0 to `lengthNs`, and adds them up. */
export function pausesWithin(seen: readonly SeenPause[], lengthNs: number): OwnPauses {
  const inside = seen.flatMap((pause): OwnPause[] => {
    const atNs = Math.max(0, pause.fromNs);
    const endNs = Math.min(lengthNs, pause.fromNs + pause.lengthNs);
    if (endNs - atNs < SHORTEST_NS) return [];
    const ready = pause.readyNs < 0 ? null : Math.min(1, pause.readyNs / pause.lengthNs);
    return [{ atNs, lengthNs: endNs - atNs, readyShare: ready }];
  });
  return {
    count: inside.length,
    totalNs: inside.reduce((sum, pause) => sum + pause.lengthNs, 0),
    longestNs: inside.reduce((longest, pause) => Math.max(longest, pause.lengthNs), 0),
    list: inside.slice(0, LISTED),
  };
}

/** Short pauses that are fewer, or take a smaller share of the time, are noise of the host. */
const SHORT_SHARE = 0.02;
const FEWEST_SHORT = 3;

/** Time in which the process did not run, nanoseconds, including short pauses. */
export function stoppedNs({ totalNs, short }: OwnPauses): number {
  return totalNs + (short?.totalNs ?? 0);
}

/** Whether short pauses alone take enough of the time to affect rates and latencies. */
export function hasShortPauses({ short }: OwnPauses, watchedNs: number): boolean {
  if (short == null || short.count < FEWEST_SHORT) return false;
  return short.totalNs >= SHORT_SHARE * watchedNs;
}

/** Time lost to pauses if they affect the results, nanoseconds; 0 if nothing was monitored. */
export function disturbingNs(pauses: OwnPauses | null, watchedNs: number): number {
  if (pauses === null) return 0;
  return pauses.count > 0 || hasShortPauses(pauses, watchedNs) ? stoppedNs(pauses) : 0;
}
