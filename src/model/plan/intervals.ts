import { longestNs, type PhasePlan } from "./plan.ts";

/** Intervals of the time series of a phase. */
export interface Intervals {
  /** Width of a stored interval. */
  readonly intervalNs: number;
  /**
   * Stored intervals that statistics take together as one value: rates of 1 s do not depend on how
   * finely a phase is stored.
   */
  readonly perRate: number;
}

/** Phases below this length have rates of 100 ms, longer ones of 1 s. */
const SHORT_PHASE_NS = 20e9;

/** Intervals by length of a phase: 200 to 600 up to 5 minutes, so that short stalls show. */
const BY_LENGTH: readonly (readonly [atMostNs: number, intervals: Intervals])[] = [
  [60e9, { intervalNs: 100e6, perRate: 10 }],
  [150e9, { intervalNs: 250e6, perRate: 4 }],
  [300e9, { intervalNs: 500e6, perRate: 2 }],
];

/** Never wider than this: claims count seconds. */
const WIDEST: Intervals = { intervalNs: 1e9, perRate: 1 };

/**
 * Intervals of a phase whose scenario does not set `interval`. `lengthNs`: maximum length; null if
 * a count ends the phase.
 */
export function usualIntervals(lengthNs: number | null): Intervals {
  if (lengthNs === null) return { intervalNs: 250e6, perRate: 4 };
  if (lengthNs < SHORT_PHASE_NS) return { intervalNs: 100e6, perRate: 1 };
  return BY_LENGTH.find(([atMostNs]) => lengthNs <= atMostNs)?.[1] ?? WIDEST;
}

/** Length of the load before measuring starts, milliseconds; a phase that a count ends has none. */
export function warmupMs({ limit, warmupNs }: Pick<PhasePlan, "limit" | "warmupNs">): number {
  return longestNs(limit) === null ? 0 : warmupNs / 1e6;
}
