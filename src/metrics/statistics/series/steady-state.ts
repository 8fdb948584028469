import { trendOf } from "./trend.ts";

/** Criteria of a steady state; defaults from the SNIA test specification. */
export interface SteadyCriterion {
  /** Largest less smallest value of the window, as a share of its mean. */
  readonly range: number;
  /** Rise or fall of the line through the window, as a share of its mean. */
  readonly slope: number;
}

const SNIA_STEADY: SteadyCriterion = { range: 0.2, slope: 0.1 };

/** A window's measures, and whether both keep within the criterion. */
export interface Steadiness {
  readonly steady: boolean;
  readonly range: number;
  readonly slope: number;
}

/**
 * Whether the values of a window are steady: they lie within 20 % of their mean of each other, and
 * the least squares line through them rises or falls by no more than 10 % of it.
 *
 * Source: SNIA, Solid State Storage Performance Test Specification 2.0.2, steady state definition
 * (there a window of 5 rounds).
 */
export function steadiness(
  window: readonly number[],
  criterion: SteadyCriterion = SNIA_STEADY,
): Steadiness {
  const mean = window.reduce((sum, value) => sum + value, 0) / window.length;
  if (window.length < 2 || !(mean > 0))
    return { steady: false, range: Number.NaN, slope: Number.NaN };
  const range = (Math.max(...window) - Math.min(...window)) / mean;
  const slope = Math.abs(trendOf(window).change);
  return { steady: range <= criterion.range && slope <= criterion.slope, range, slope };
}

/** Start of the first steady window of `length` values; null if there is none. */
export function firstSteady(
  values: readonly number[],
  length: number,
  criterion: SteadyCriterion = SNIA_STEADY,
): number | null {
  for (let from = 0; from + length <= values.length; from++) {
    if (steadiness(values.slice(from, from + length), criterion).steady) return from;
  }
  return null;
}
