import { shareInterval } from "../metrics/statistics/share-interval.ts";
import type { TimeLine, TimeLineSource } from "../metrics/time-line.ts";
import type { Measured } from "../model/verdict.ts";
import type { Repetition } from "./evidence.ts";
import { CONFIDENCE } from "./interval.ts";

const SECOND_NS = 1e9;

/**
 * Rates of whole seconds of a time line; what is left at its end is none. Intervals are put
 * together, so one wider than a second stands for as many seconds as it has.
 */
export function ratesBySecond(line: TimeLine, of: "operations" | "bytes"): readonly number[] {
  const rates: number[] = [];
  let width = 0;
  let done = 0;
  for (const [at, intervalNs] of line.widthsNs.entries()) {
    width += intervalNs;
    done += line[of][at] ?? 0;
    // A hair of rounding must not join two seconds.
    if (width < SECOND_NS * 0.999) continue;
    const seconds = Math.max(1, Math.round(width / SECOND_NS));
    for (let second = 0; second < seconds; second++) rates.push((done * SECOND_NS) / width);
    width = 0;
    done = 0;
  }
  return rates;
}

/**
 * Share of seconds, over all repetitions, in which a rate was at least `least`, with the interval
 * of a binomial share. Null where no second was recorded.
 */
export function shareOfSeconds(
  repetitions: readonly Repetition[],
  of: "operations" | "bytes",
  least: number,
  timeLines: TimeLineSource,
): Measured | null {
  const rates = repetitions.flatMap(({ run, result }) => {
    const line = timeLines(run.id, result.phase.name, result.repetition, "all");
    return line === null ? [] : ratesBySecond(line, of);
  });
  if (rates.length === 0) return null;
  const hits = rates.filter((rate) => rate >= least).length;
  const { low, high } = shareInterval(hits, rates.length, CONFIDENCE);
  return {
    value: hits / rates.length,
    low,
    high,
    confidence: CONFIDENCE,
    repetitions: repetitions.length,
    how: `${hits} of ${rates.length} seconds; interval of a binomial share (Clopper and Pearson)`,
  };
}
