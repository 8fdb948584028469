/** Two levels and the change between them, fitted by least squares. */
export interface Transition {
  /** The interval in which the change is half done. */
  readonly index: number;
  /** When it is half done, in intervals from the start. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  /** Squares that remain. */
  readonly squares: number;
}

/**
 * The best change of a given width with its middle in intervals `from` to `to - 1`. Width 1:
 * sudden; the interval that holds it is a mixture of both levels, in a proportion that its own
 * value gives. Wider: a straight line between the levels, clipped at both ends of the series.
 */
export function fitTransition(
  values: readonly number[],
  width: number,
  from: number,
  to: number,
): Transition | null {
  let best: Transition | null = null;
  const sums = width <= 1 ? runningSums(values) : null;
  for (let index = from; index < to; index++) {
    const found = sums === null ? gradual(values, index, width) : sudden(values, index, sums);
    if (found !== null && (best === null || found.squares < best.squares)) best = found;
  }
  return best;
}

interface RunningSums {
  readonly values: Float64Array;
  readonly squares: Float64Array;
}

/** Sums about the first value, whose size would otherwise cost digits of the squares. */
function runningSums(values: readonly number[]): RunningSums {
  const n = values.length;
  const sums = { values: new Float64Array(n + 1), squares: new Float64Array(n + 1) };
  const origin = values[0] ?? 0;
  for (const [index, value] of values.entries()) {
    sums.values[index + 1] = (sums.values[index] ?? 0) + (value - origin);
    sums.squares[index + 1] = (sums.squares[index] ?? 0) + (value - origin) ** 2;
  }
  return sums;
}

function sudden(values: readonly number[], index: number, sums: RunningSums): Transition | null {
  const n = values.length;
  if (index < 1 || index > n - 2) return null;
  const origin = values[0] ?? 0;
  const left = stretch(sums, 0, index);
  const right = stretch(sums, index + 1, n);
  const before = left.mean + origin;
  const after = right.mean + origin;
  const value = values[index] ?? 0;
  // How much of the interval passed at the old level; a value beyond both is all of one.
  const share = before === after ? 0 : (value - after) / (before - after);
  const old = Math.min(1, Math.max(0, share));
  const remains = value - (old * before + (1 - old) * after);
  const squares = left.squares + right.squares + remains * remains;
  return { index, at: index + old, before, after, squares };
}

function stretch(
  sums: RunningSums,
  from: number,
  to: number,
): { readonly mean: number; readonly squares: number } {
  const count = to - from;
  const sum = (sums.values[to] ?? 0) - (sums.values[from] ?? 0);
  const squares = (sums.squares[to] ?? 0) - (sums.squares[from] ?? 0);
  return { mean: sum / count, squares: Math.max(0, squares - (sum * sum) / count) };
}

/** Residual sum of squares with a separate level inside the series. */
export function fitDip(values: readonly number[]): number {
  const n = values.length;
  const sums = runningSums(values);
  const whole = stretch(sums, 0, n);
  let gain = 0;
  for (let from = 1; from < n - 1; from++) {
    for (let to = from + 1; to < n; to++) {
      const inside = to - from;
      const apart = (sums.values[to] ?? 0) - (sums.values[from] ?? 0) - inside * whole.mean;
      gain = Math.max(gain, (apart * apart * n) / (inside * (n - inside)));
    }
  }
  return Math.max(0, whole.squares - gain);
}

/** Least squares of two levels for a change whose course is given. */
function gradual(values: readonly number[], index: number, width: number): Transition | null {
  const n = values.length;
  const course = (at: number): number => Math.min(1, Math.max(0, (at - index) / width + 0.5));
  let courses = 0;
  let sum = 0;
  for (const [at, value] of values.entries()) {
    courses += course(at) / n;
    sum += value / n;
  }
  let products = 0;
  let squares = 0;
  let all = 0;
  for (const [at, value] of values.entries()) {
    const apart = course(at) - courses;
    products += apart * (value - sum);
    squares += apart * apart;
    all += (value - sum) ** 2;
  }
  if (squares === 0) return null;
  const change = products / squares;
  const before = sum - change * courses;
  const remains = Math.max(0, all - change * products);
  return { index, at: index + 0.5, before, after: before + change, squares: remains };
}
