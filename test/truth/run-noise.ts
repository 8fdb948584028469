import type { Random } from "../../src/model/random/random.ts";
import { autoregressive, normal } from "../metrics/statistics/noise.ts";

/**
 * Deviations of repetitions from the level of their storage, in the order of time: mean 0 and
 * standard deviation 1 over all that could be drawn.
 */
export type RunNoise = (length: number, random: Random) => readonly number[];

/** Each repetition resembles the one before it; the first is drawn from all there could be. */
const correlated =
  (phi: number): RunNoise =>
  (length, random) =>
    autoregressive(length, phi, random);

/** Two modes, a tenth of the spread inside each; `lowShare` of the repetitions are in the lower. */
const bimodal =
  (lowShare: number, stay = 0): RunNoise =>
  (length, random) => {
    const low = -Math.sqrt((1 - lowShare) / lowShare);
    const high = Math.sqrt(lowShare / (1 - lowShare));
    let mode = 0;
    return Array.from({ length }, (_, at) => {
      if (at === 0 || random.unit() >= stay) mode = random.unit() < lowShare ? low : high;
      return Math.sqrt(0.99) * mode + 0.1 * normal(random);
    });
  };

/** Student's distribution with 3 degrees of freedom, scaled to deviation 1. */
const heavyTailed: RunNoise = (length, random) =>
  Array.from({ length }, () => {
    const squares = normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2;
    return normal(random) / Math.sqrt(squares);
  });

/** A straight line through zero with normal noise around it; rising or falling. */
const trending: RunNoise = (length, random) => {
  const sign = random.unit() < 0.5 ? -1 : 1;
  return Array.from({ length }, (_, at) => {
    const place = length === 1 ? random.unit() : at / (length - 1);
    return sign * 0.9 * Math.sqrt(12) * (place - 0.5) + 0.4 * normal(random);
  });
};

/** How repetitions of real storage differ, from the best case to the worst. */
export const RUN_NOISES = {
  independent: correlated(0),
  "AR(1) 0.5": correlated(0.5),
  "AR(1) 0.9": correlated(0.9),
  "AR(1) 0.99": correlated(0.99),
  "two modes": bimodal(0.5),
  "two modes, 1 in 5": bimodal(0.2),
  "modes that last": bimodal(0.5, 0.8),
  "heavy tails": heavyTailed,
  trend: trending,
} as const satisfies Readonly<Record<string, RunNoise>>;

export type RunNoiseName = keyof typeof RUN_NOISES;

export const RUN_NOISE_NAMES: readonly RunNoiseName[] = [
  ...(["independent", "AR(1) 0.5", "AR(1) 0.9", "AR(1) 0.99"] as const),
  ...(["two modes", "two modes, 1 in 5", "modes that last", "heavy tails", "trend"] as const),
];
