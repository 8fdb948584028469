import type { HistogramCounts } from "../../../src/metrics/histogram/time-series.ts";
import { Random } from "../../../src/model/random/random.ts";

/** A standard normal number (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}

/**
 * An autoregressive series of order 1 around 0 with standard deviation 1; `phi` 0 is white noise.
 */
export function autoregressive(length: number, phi: number, random: Random): number[] {
  let last = normal(random);
  return Array.from({ length }, () => {
    last = phi * last + Math.sqrt(1 - phi * phi) * normal(random);
    return last;
  });
}

/** Share of `rounds` seeds for which something holds. */
export function shareOf(rounds: number, holds: (random: Random) => boolean): number {
  let held = 0;
  for (let seed = 1; seed <= rounds; seed++) if (holds(new Random(seed))) held++;
  return held / rounds;
}

/** The cell of HdrHistogram that counts a latency. */
export function cellOf(ns: number): number {
  const shift = Math.max(0, Math.floor(Math.log2(ns)) - 10);
  return shift * 1024 + Math.floor(ns / 2 ** shift);
}

/** Counts by cell, the smallest first. */
export function cellCounts(counts: ReadonlyMap<number, number>): HistogramCounts {
  const cells = [...counts.keys()].sort((a, b) => a - b);
  return {
    cells: Int32Array.from(cells),
    counts: Float64Array.from(cells, (cell) => counts.get(cell) ?? 0),
  };
}
