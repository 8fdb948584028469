import type { OwnPause, OwnPauses } from "../../model/run/harness.ts";

/** A pause as it was written down: from the start of measuring, which it may lie before. */
export interface SeenPause {
  readonly fromNs: number;
  readonly lengthNs: number;
  /** How long of it the watching thread was ready to run; negative where the kernel did not say. */
  readonly readyNs: number;
}

/** What is cut off at the ends of a phase is no pause of it where no more than this is left. */
const SHORTEST_NS = 1e6;

/** Pauses that are listed one by one. */
const LISTED = 20;

/** The parts of pauses that lie in a phase of a length. */
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

/** Short pauses that take less than this share of the time, or are fewer, are a machine's noise. */
const SHORT_SHARE = 0.02;
const FEWEST_SHORT = 3;

/** Time in which the process did not run, nanoseconds, the short pauses included. */
export function stoppedNs({ totalNs, short }: OwnPauses): number {
  return totalNs + (short?.totalNs ?? 0);
}

/** Whether short pauses alone take so much of the time that rates and latencies show it. */
export function hasShortPauses({ short }: OwnPauses, watchedNs: number): boolean {
  if (short == null || short.count < FEWEST_SHORT) return false;
  return short.totalNs >= SHORT_SHARE * watchedNs;
}

/** Time lost to pauses where they disturb what was measured, else 0; 0 where none were watched. */
export function disturbingNs(pauses: OwnPauses | null, watchedNs: number): number {
  if (pauses === null) return 0;
  return pauses.count > 0 || hasShortPauses(pauses, watchedNs) ? stoppedNs(pauses) : 0;
}
