/** Lanczos coefficients for g = 7 and nine terms (relative error below 1e-13). */
const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/**
 * Logarithm of the gamma function for x > 0.
 *
 * Source: C. Lanczos, A precision approximation of the gamma function, Journal of the SIAM on
 * Numerical Analysis B 1, 1964.
 */
export function logGamma(x: number): number {
  const [first = 1, ...rest] = LANCZOS;
  const series = rest.reduce((sum, term, at) => sum + term / (x + at), first);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

const TINY = 1e-300;
const MAX_TERMS = 10_000;

/**
 * The regularised incomplete beta function I_x(a, b): the share of a beta distribution below x.
 *
 * Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.5.8 (continued
 * fraction), evaluated by W. J. Lentz, Applied Optics 15, 1976; 26.5.2 where it converges slowly.
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  return (front / a) * fraction(a, b, x);
}

function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return value;
}

/** No divisor is ever 0. */
function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Quantile `p` of a beta distribution, by bisection. */
export function betaQuantile(a: number, b: number, p: number): number {
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (incompleteBeta(a, b, middle) < p) low = middle;
    else high = middle;
  }
}

/**
 * The quantile of Student's distribution for 0.5 < p < 1.
 *
 * Source: M. Abramowitz, I. A. Stegun, 26.7.1 with 26.5.27: x = freedom / (freedom + t^2).
 */
export function studentQuantile(p: number, freedom: number): number {
  const x = betaQuantile(freedom / 2, 0.5, 2 * (1 - p));
  return Math.sqrt((freedom * (1 - x)) / x);
}
