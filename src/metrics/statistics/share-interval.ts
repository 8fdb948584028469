import { betaQuantile } from "./beta.ts";
import type { Interval } from "./median.ts";

/**
 * Confidence interval of a share of which `hits` of `all` were seen: never less sure than asked
 * for, whatever the share is.
 *
 * Source: C. J. Clopper, E. S. Pearson, The use of confidence or fiducial limits illustrated in the
 * case of the binomial, Biometrika 26, 1934.
 */
export function shareInterval(hits: number, all: number, confidence: number): Interval {
  const beyond = (1 - confidence) / 2;
  return {
    low: hits === 0 ? 0 : betaQuantile(hits, all - hits + 1, beyond),
    high: hits === all ? 1 : betaQuantile(hits + 1, all - hits, 1 - beyond),
    confidence,
  };
}
