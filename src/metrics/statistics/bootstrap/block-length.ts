/**
 * How many neighbouring values of a series belong together when it is resampled, for a circular
 * block bootstrap of a mean: 1 for values that know nothing of each other, more the longer one
 * resembles the next. At least 1, at most a third of the series or 3 sqrt(n).
 *
 * Source: D. N. Politis, H. White, Automatic block-length selection for the dependent bootstrap,
 * Econometric Reviews 23, 2004, with the correction of A. Patton, D. N. Politis, H. White, 28,
 * 2009: b = (2 G^2 / D)^(1/3) n^(1/3), D = 4/3 g(0)^2, with the flat-top window and the bandwidth
 * that begins where K correlations in a row are not significant.
 */
export function blockLength(values: ArrayLike<number>): number {
  const n = values.length;
  const most = Math.max(1, Math.floor(Math.min(n / 3, 3 * Math.sqrt(n))));
  const covariance = autocovariances(values, Math.min(n - 1, Math.ceil(Math.sqrt(n)) + 20));
  const variance = covariance[0] ?? 0;
  if (n < 4 || variance <= 0) return 1;
  const bandwidth = Math.min(2 * significantLag(covariance, n), covariance.length - 1);
  let zero = variance;
  let weighted = 0;
  for (let lag = 1; lag <= bandwidth; lag++) {
    const value = flatTop(lag / bandwidth) * (covariance[lag] ?? 0);
    zero += 2 * value;
    weighted += 2 * lag * value;
  }
  const deviation = (4 / 3) * zero * zero;
  if (deviation <= 0) return 1;
  const length = Math.cbrt((2 * weighted * weighted * n) / deviation);
  return Math.min(most, Math.max(1, Math.ceil(length - 1e-9)));
}

/** The smallest lag after which K correlations in a row lie within what chance allows. */
function significantLag(covariance: readonly number[], n: number): number {
  const run = Math.max(5, Math.ceil(Math.sqrt(Math.log10(n))));
  const bound = 2 * Math.sqrt(Math.log10(n) / n);
  const variance = covariance[0] ?? 0;
  let last = 0;
  for (let lag = 1; lag < covariance.length && lag - last <= run; lag++) {
    if (Math.abs(covariance[lag] ?? 0) > bound * variance) last = lag;
  }
  return Math.max(1, last);
}

/** 1 up to the half, then falling to 0 at 1. */
function flatTop(share: number): number {
  return share <= 0.5 ? 1 : Math.max(0, 2 * (1 - share));
}

/** Autocovariances from lag 0 on, each divided by n. */
export function autocovariances(values: ArrayLike<number>, lags: number): readonly number[] {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (values[i] ?? 0) / n;
  return Array.from({ length: lags + 1 }, (_, lag) => {
    let sum = 0;
    for (let i = lag; i < n; i++)
      sum += ((values[i] ?? 0) - mean) * ((values[i - lag] ?? 0) - mean);
    return sum / n;
  });
}
