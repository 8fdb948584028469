/** One load of a sweep by queue depth. */
export interface LoadPoint {
  /** Operations in flight. */
  readonly inFlight: number;
  /** Operations per second. */
  readonly perSecond: number;
}

/** Load at which the rate of a sweep stops growing. */
export interface Saturation {
  /**
   * Lowest load whose rate is within {@link PLATEAU_SHARE} of the highest, without a fall between
   * it and the last such load.
   */
  readonly knee: LoadPoint;
  /** The load from the knee upward with the median rate, without those of a fall. */
  readonly plateau: LoadPoint;
  /** Whether a higher load was measured, so that the rate is known not to grow from here. */
  readonly isReached: boolean;
  /** The higher load with the lowest rate, if that is below the plateau; else null. */
  readonly fall: LoadPoint | null;
}

/** Rates within this share of the highest one count as equal. */
const PLATEAU_SHARE = 0.95;

/** A lower rate than this share of the one at the knee is a fall. */
const FALL_SHARE = 0.9;

/**
 * Finds the knee of a sweep; null without a point with a rate above 0. The rate is the median of
 * the plateau, because the highest of several equal rates is too high.
 */
export function saturationOf(points: readonly LoadPoint[]): Saturation | null {
  const ordered = points.toSorted((a, b) => a.inFlight - b.inFlight);
  const highest = Math.max(0, ...ordered.map(({ perSecond }) => perSecond));
  const isHigh = ({ perSecond }: LoadPoint) => perSecond >= PLATEAU_SHARE * highest;
  const last = ordered.findLastIndex(isHigh);
  const dip = ordered
    .slice(0, last)
    .findLastIndex(({ perSecond }) => perSecond < FALL_SHARE * highest);
  const at = ordered.findIndex((point, index) => index > dip && isHigh(point));
  const knee = ordered[at];
  if (knee === undefined || highest === 0) return null;
  const leastRate = FALL_SHARE * knee.perSecond;
  const above = ordered.slice(at).toSorted((a, b) => a.perSecond - b.perSecond);
  const level = above.filter(({ perSecond }) => perSecond >= leastRate);
  const [lowest = knee] = above;
  return {
    knee,
    plateau: level[Math.floor((level.length - 1) / 2)] ?? knee,
    isReached: above.length > 1,
    fall: lowest.perSecond < leastRate ? lowest : null,
  };
}
