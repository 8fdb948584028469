/**
 * P(wait <= x) of an M/D/1 queue with arrival rate `lambda` and service time `d`, by G. J. Franx, A
 * simple solution for the M/D/c waiting time distribution, Operations Research Letters 29, 2001:
 * a sum of positive terms over the distribution of how many wait, which does not cancel out.
 */
export function franx(lambda: number, d: number, x: number): number {
  const k = Math.floor(x / d) + 1;
  const waiting = atMostWaiting(lambda * d, k - 1);
  const rest = lambda * (k * d - x);
  let term = Math.exp(-rest);
  let sum = 0;
  for (let j = 0; j < k; j++) {
    sum += (waiting[k - j - 1] ?? 0) * term;
    term *= rest / (j + 1);
  }
  return sum;
}

/**
 * P(at most m wait), m = 0 to `most`: the number in an M/D/1 system at departures, whose chain is
 * solved one state after the other (H. C. Tijms, A First Course in Stochastic Models, 2003, 9.2).
 */
function atMostWaiting(rho: number, most: number): readonly number[] {
  const arrivals = [Math.exp(-rho)];
  for (let n = 1; n <= most + 2; n++) arrivals.push(((arrivals[n - 1] ?? 0) * rho) / n);
  const a = (n: number): number => arrivals[n] ?? 0;
  const p = [1 - rho];
  for (let n = 0; n <= most; n++) {
    let next = (p[n] ?? 0) - (p[0] ?? 0) * a(n);
    for (let i = 1; i <= n; i++) next -= (p[i] ?? 0) * a(n - i + 1);
    p.push(next / a(0));
  }
  let sum = p[0] ?? 0;
  return p.slice(1).map((one) => {
    sum += one;
    return sum;
  });
}

/** The same by A. K. Erlang, 1909: terms of both signs, good for waits of a few services. */
export function erlang(lambda: number, d: number, x: number): number {
  let sum = 0;
  let factorial = 1;
  for (let i = 0; i <= Math.floor(x / d); i++) {
    if (i > 0) factorial *= i;
    const part = lambda * (i * d - x);
    sum += (Math.exp(-part) * part ** i) / factorial;
  }
  return (1 - lambda * d) * sum;
}

/** The 99th percentile of the response time of an M/D/1 queue: a wait and a service. */
export function responseP99OfDeterministic(lambda: number, d: number): number {
  let [low, high] = [0, 100 * d];
  while (high - low > 1e-9 * d) {
    const middle = (low + high) / 2;
    if (franx(lambda, d, middle) < 0.99) low = middle;
    else high = middle;
  }
  return high + d;
}

/** The same of an M/M/1 queue, whose response time is exponential (Kleinrock, 1975, 5.7). */
export function responseP99OfExponential(lambda: number, mu: number): number {
  return Math.log(100) / (mu - lambda);
}
