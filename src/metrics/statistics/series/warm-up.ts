/** Where a warm-up ends. */
export interface WarmUp {
  /** Values to leave out at the start. */
  readonly discard: number;
  /** False where the criterion was still falling at the bound: the series is too short to say. */
  readonly found: boolean;
}

/** Values that are averaged before the criterion: MSER-5. */
const BATCH = 5;

/**
 * MSER-5: leaves out as many values at the start as make the standard error of the mean of the rest
 * smallest. Means of 5 are taken first; at most `bound` of the series is left out. Values are of
 * equal intervals, in order.
 *
 * Source: K. P. White, An effective truncation heuristic for bias reduction in simulation output,
 * Simulation 69, 1997; K. P. White, M. J. Cobb, S. C. Spratt, WSC 2000, for the batches of 5 and
 * for a minimum in the second half being taken as "not found".
 */
export function warmUpEnd(values: readonly number[], bound = 0.5): WarmUp {
  const batches = Math.floor(values.length / BATCH);
  if (batches < 2) return { discard: 0, found: false };
  const means = Array.from({ length: batches }, (_, batch) => {
    const members = values.slice(batch * BATCH, (batch + 1) * BATCH);
    return members.reduce((sum, value) => sum + value, 0) / BATCH;
  });
  const criterion = mser(means);
  let best = 0;
  for (const [left, value] of criterion.entries()) if (value < (criterion[best] ?? 0)) best = left;
  const most = Math.floor(batches * bound);
  return { discard: Math.min(best, most) * BATCH, found: best <= most };
}

/**
 * By the number of means left out: the squared deviations of the rest over the square of how many
 * they are. The last few means would always win by being few: five are kept, as White says.
 */
function mser(means: readonly number[]): readonly number[] {
  const n = means.length;
  const criterion = Array.from({ length: Math.max(1, n - 4) }, () => 0);
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (let left = n - 1; left >= 0; left--) {
    // Welford's update, from the end on.
    count++;
    const apart = (means[left] ?? 0) - mean;
    mean += apart / count;
    squares += apart * ((means[left] ?? 0) - mean);
    if (left < criterion.length) criterion[left] = squares / (count * count);
  }
  return criterion;
}
