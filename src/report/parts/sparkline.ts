const LEVELS = "▁▂▃▄▅▆▇█";

/**
 * A chart of one line, at most `width` characters: each is the mean of one or more neighboring
 * values, scaled from 0 to the highest mean. A mean of 0 is a blank.
 */
export function sparkline(values: readonly number[], width: number): string {
  const means = buckets(values, width).map(
    (bucket) => bucket.reduce((sum, value) => sum + value, 0) / bucket.length,
  );
  const highest = Math.max(0, ...means);
  return means.map((mean) => (mean <= 0 || highest === 0 ? " " : levelOf(mean / highest))).join("");
}

/**
 * A chart of one line on a logarithmic scale from the lowest to the highest value: each character
 * is the highest of one or more neighboring values, because percentiles are not averaged. Neighbors
 * without a value, null, are a blank.
 */
export function peakSparkline(values: readonly (number | null)[], width: number): string {
  const peaks = buckets(values, width).map((bucket) => {
    const known = bucket.flatMap((value) => (value === null || value <= 0 ? [] : [value]));
    return known.length === 0 ? null : Math.log(Math.max(...known));
  });
  const known = peaks.flatMap((peak) => peak ?? []);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return peaks
    .map((peak) => {
      if (peak === null) return " ";
      return levelOf(high > low ? (peak - low) / (high - low) : 0);
    })
    .join("");
}

/** A character for a share of 0 to 1. */
function levelOf(share: number): string {
  return LEVELS.charAt(Math.max(0, Math.ceil(share * LEVELS.length) - 1));
}

/** Equally many neighboring values each; the last one may have fewer. */
function buckets<Value>(values: readonly Value[], width: number): readonly (readonly Value[])[] {
  const size = Math.max(1, Math.ceil(values.length / Math.max(1, width)));
  const found: Value[][] = [];
  for (let from = 0; from < values.length; from += size) {
    found.push(values.slice(from, from + size));
  }
  return found;
}
