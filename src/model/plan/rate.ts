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
export const MAX_BACKLOG = 1_000_000;

/**
 * Mean rate of a plan from one instant of the phase to another, operations per second: the integral
 * of the rate over the time. At the first instant where both are the same.
 */
export function meanPerSecond({ steps }: RatePlan, fromNs: number, toNs: number): number {
  let beginNs = 0;
  let operations = 0;
  const last = steps.at(-1)?.toPerSecond ?? 0;
  const forever = { fromPerSecond: last, toPerSecond: last, durationNs: null };
  const widthNs = Math.max(1, toNs - fromNs);
  const untilNs = fromNs + widthNs;
  for (const { fromPerSecond, toPerSecond, durationNs } of [...steps, forever]) {
    const endNs = beginNs + (durationNs ?? Number.POSITIVE_INFINITY);
    const [low, high] = [Math.max(fromNs, beginNs), Math.min(untilNs, endNs)];
    // Of a straight line the mean is the value in the middle.
    const middle = durationNs === null ? 0 : ((low + high) / 2 - beginNs) / durationNs;
    const rate = fromPerSecond + middle * (toPerSecond - fromPerSecond);
    if (high > low) operations += (rate * (high - low)) / 1e9;
    if (durationNs === null) break;
    beginNs = endNs;
  }
  return (operations * 1e9) / widthNs;
}

/** The highest rate that an open loop comes to. */
export function highestPerSecond({ steps }: RatePlan): number {
  return Math.max(
    ...steps.flatMap(({ fromPerSecond, toPerSecond }) => [fromPerSecond, toPerSecond]),
  );
}
