const LEVELS = "▁▂▃▄▅▆▇█";

/**
 * A chart of one line, at most `width` characters: each is the mean of one or more neighboring
 * values, scaled from 0 to the highest mean. A mean of 0 is a blank.
 */
export function sparkline(values: readonly number[], width: number): string {
  const means = bucketMeans(values, width);
  const highest = Math.max(0, ...means);
  if (highest === 0) return " ".repeat(means.length);
  return means
    .map((mean) => {
      if (mean <= 0) return " ";
      return LEVELS.charAt(Math.ceil((mean / highest) * LEVELS.length) - 1);
    })
    .join("");
}

/** Means of equally many neighboring values each; the last one may have fewer. */
function bucketMeans(values: readonly number[], width: number): readonly number[] {
  const size = Math.max(1, Math.ceil(values.length / Math.max(1, width)));
  const means: number[] = [];
  for (let from = 0; from < values.length; from += size) {
    const bucket = values.slice(from, from + size);
    means.push(bucket.reduce((sum, value) => sum + value, 0) / bucket.length);
  }
  return means;
}
