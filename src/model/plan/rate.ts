/** Arrivals of operations: evenly spaced, or random and independent (Poisson). */
export const ARRIVALS = ["fixed", "poisson"] as const;

/** A step of an offered load: a linear ramp between two rates; constant if they are equal. */
export interface RateStep {
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  /** Null: to the end of the phase. */
  readonly durationNs: number | null;
}

/**
 * An open loop: operations are scheduled at a rate, regardless of completions. Rates are totals of
 * all workers. The first rate applies to the warm-up, the last one to the end.
 */
export interface RatePlan {
  readonly arrivals: (typeof ARRIVALS)[number];
  readonly steps: readonly RateStep[];
  /** Maximum backlog; beyond it, the oldest operations are dropped. */
  readonly mostBacklog: number;
}

/** Default maximum backlog: a stall of 10 s at 100,000 ops/s. */
export const MAX_BACKLOG = 1_000_000;

/**
 * Mean rate of a plan between two times of the phase, ops/s: the integral of the rate divided by
 * the time. The rate at `fromNs` if both are equal.
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
    // The mean of a linear ramp is its value in the middle.
    const middle = durationNs === null ? 0 : ((low + high) / 2 - beginNs) / durationNs;
    const rate = fromPerSecond + middle * (toPerSecond - fromPerSecond);
    if (high > low) operations += (rate * (high - low)) / 1e9;
    if (durationNs === null) break;
    beginNs = endNs;
  }
  return (operations * 1e9) / widthNs;
}

/** Maximum rate of an open loop, ops/s. */
export function highestPerSecond({ steps }: RatePlan): number {
  return Math.max(
    ...steps.flatMap(({ fromPerSecond, toPerSecond }) => [fromPerSecond, toPerSecond]),
  );
}
