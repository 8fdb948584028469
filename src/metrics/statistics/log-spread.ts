/** Standard deviation of the logarithms of values above 0; null for fewer than two. */
export function logSpread(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
  const squares = logs.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return Math.sqrt(squares / (logs.length - 1));
}
