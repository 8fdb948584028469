import type { Random } from "../../../src/model/random/random.ts";

/** How slow seconds of made storage come: how many, and how they cluster. */
export interface SlowSeconds {
  /** Share of all seconds that are slow, in the long run. */
  readonly share: number;
  /** Mean length of a slow stretch, seconds. */
  readonly stretch: number;
  /**
   * `fixed`: all stretches have the mean length. `geometric`: a slow second is followed by another
   * with a fixed probability. `flicker`: every other second of a stretch is fast.
   */
  readonly lengths: "fixed" | "geometric" | "flicker";
}

/**
 * Slow seconds of a series: periods with geometric gaps, from the middle of an endless
 * series, so that a period may start before the first second and end after the last.
 */
export function slowSeconds(
  random: Random,
  seconds: number,
  { share, stretch, lengths }: SlowSeconds,
): readonly boolean[] {
  const flickers = lengths === "flicker";
  const length = flickers ? 2 * stretch : stretch;
  const gap = (stretch * (1 - share)) / share - (flickers ? stretch : 0);
  const slow = Array.from({ length: seconds }, () => false);
  let at = -Math.floor(20 * (length + gap) * (0.5 + random.unit()));
  while (at < seconds) {
    at += geometric(random, gap);
    const lasts = lengths === "geometric" ? geometric(random, length) : length;
    for (let second = Math.max(0, at); second < Math.min(seconds, at + lasts); second++) {
      slow[second] = !flickers || (second - at) % 2 === 0;
    }
    at += lasts;
  }
  return slow;
}

/** A whole number from 1 upward with a mean. */
function geometric(random: Random, mean: number): number {
  if (mean <= 1) return 1;
  return 1 + Math.floor(Math.log(1 - random.unit()) / Math.log(1 - 1 / mean));
}
