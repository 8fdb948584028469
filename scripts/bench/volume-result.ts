import { median, spread } from "./sample.ts";
import type { VolumeCell } from "./volume-cells.ts";

/** One number that a volume promises, beside what each tool measured of it. */
export interface VolumeFigure {
  readonly title: string;
  readonly unit: "IOPS" | "B/s" | "s";
  readonly promised: number;
  readonly assay: Measured;
  /** Null without fio. */
  readonly fio: Measured | null;
}

/** The runs of one tool. */
export interface Measured {
  readonly runs: readonly number[];
  readonly median: number;
  /** Of the median, as a share of what is promised; below 0 where it is less. */
  readonly error: number;
  readonly spread: number;
  readonly met: boolean;
}

/** A cell with all its figures. */
export interface VolumeResult {
  readonly cell: VolumeCell;
  readonly figures: readonly VolumeFigure[];
}

/** How far from what is promised a median may be. */
export const MOST_ERROR = 0.01;

/** Median, error and verdict of some runs. */
export function measured(runs: readonly number[], promised: number): Measured {
  const middle = median(runs);
  const error = middle / promised - 1;
  return { runs, median: middle, error, spread: spread(runs), met: Math.abs(error) <= MOST_ERROR };
}
