/** When operations fall due: evenly spaced, or at random and independent of each other. */
export const ARRIVALS = ["fixed", "poisson"] as const;

/** A stretch of an offered load, from one rate evenly to another (the same one: no change). */
export interface RateStep {
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  /** Null: to the end of the phase. */
  readonly durationNs: number | null;
}

/**
 * An open loop: operations fall due at a rate of their own, whatever the storage does. Rates are of
 * all workers together; the first one holds through the warm-up, the last one to the end.
 */
export interface RatePlan {
  readonly arrivals: (typeof ARRIVALS)[number];
  readonly steps: readonly RateStep[];
  /** So many operations may wait for their turn; the oldest of any more are dropped. */
  readonly mostBacklog: number;
}

/** Enough for a stall of ten seconds at 100,000 operations a second. */
export const MOST_BACKLOG = 1_000_000;

/** The highest rate that an open loop comes to. */
export function highestPerSecond({ steps }: RatePlan): number {
  return Math.max(
    ...steps.flatMap(({ fromPerSecond, toPerSecond }) => [fromPerSecond, toPerSecond]),
  );
}
