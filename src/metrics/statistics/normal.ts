/** Standard deviations above which the tail is too small for a double. */
const FARTHEST = 37;

/** From here on a continued fraction is more exact than a quotient of polynomials. */
const FAR = 4;
const FRACTIONS = 100;

/** Coefficients of both polynomials, highest power first. */
const ABOVE = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const BELOW = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
];

/**
 * Chance of a standard normal value of at most `x`, exact to some 15 digits, in its tails too.
 *
 * Source: J. F. Hart et al., Computer Approximations, 1968, algorithm 5666, as given by G. West,
 * Better approximations to cumulative normal functions, Wilmott Magazine, 2005; beyond 4 the
 * continued fraction of Laplace (M. Abramowitz, I. Stegun, 26.2.14).
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  const tail = z > FARTHEST ? 0 : Math.exp((-z * z) / 2) * millsRatio(z);
  return x > 0 ? 1 - tail : tail;
}

/** The tail beyond `z` over exp(-z^2 / 2). */
function millsRatio(z: number): number {
  if (z < FAR) return polynomial(ABOVE, z) / polynomial(BELOW, z);
  let fraction = z;
  for (let numerator = FRACTIONS; numerator > 0; numerator--) fraction = z + numerator / fraction;
  return 1 / (fraction * Math.sqrt(2 * Math.PI));
}

function polynomial(coefficients: readonly number[], z: number): number {
  return coefficients.reduce((sum, coefficient) => sum * z + coefficient, 0);
}

/** The value that a standard normal one stays below with chance `p`, 0 < p < 1; by bisection. */
export function normalQuantile(p: number): number {
  let low = -FARTHEST;
  let high = FARTHEST;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
}
