import { trendOf } from "../../src/metrics/statistics/series/trend.ts";
import type { Minute } from "./sample.ts";

/** Share of a soak that is warm-up: caches fill, code is compiled, the heap finds its size. */
const WARM_UP_SHARE = 1 / 6;
/** Growth of memory that is not a leak: the run's time series and heap fluctuation. */
const ALLOWED_BYTES = 16 * 2 ** 20;
const ALLOWED_SHARE = 0.1;
/** Descriptors and threads that a sample between two phases may contain. */
const ALLOWED_COUNT = 2;
/** Minimum minutes after the warm-up for a verdict. */
const MIN_MINUTES = 6;

/** Whether a process grew after the warm-up. */
export interface SoakVerdict {
  readonly steady: boolean | null;
  /** Change of the memory's trend line from the end of the warm-up to the last minute. */
  readonly rssGrowthBytes: number;
  /** One sentence with the numbers. */
  readonly sentence: string;
}

/** Compares a process after the warm-up with its end. */
export function soakVerdict(minutes: readonly Minute[]): SoakVerdict {
  const after = minutes.slice(Math.ceil(minutes.length * WARM_UP_SHARE));
  if (after.length < MIN_MINUTES) {
    const sentence = `unknown: ${after.length} min after the warm-up, ${MIN_MINUTES} are needed`;
    return { steady: null, rssGrowthBytes: Number.NaN, sentence };
  }
  const memory = after.map(({ rssBytes }) => rssBytes);
  const mean = memory.reduce((sum, bytes) => sum + bytes, 0) / memory.length;
  const trend = trendOf(memory);
  const rssGrowthBytes = trend.change * mean;
  // Growth within the noise of the samples does not count.
  const proven = (trend.interval?.low ?? trend.change) * mean;
  const grown = [
    ...(proven > Math.max(ALLOWED_BYTES, ALLOWED_SHARE * mean) ? ["memory"] : []),
    ...(growth(after, "descriptors") > ALLOWED_COUNT ? ["descriptors"] : []),
    ...(growth(after, "threads") > ALLOWED_COUNT ? ["threads"] : []),
  ];
  const said =
    `${mebibytes(rssGrowthBytes)} MiB, ${signed(growth(after, "descriptors"))} descriptors, ` +
    `${signed(growth(after, "threads"))} threads in ${after.length} min after the warm-up`;
  const sentence = grown.length === 0 ? `steady: ${said}` : `grows (${grown.join(", ")}): ${said}`;
  return { steady: grown.length === 0, rssGrowthBytes, sentence };
}

/** Maximum of the last third minus that of the first. */
function growth(minutes: readonly Minute[], name: "descriptors" | "threads"): number {
  const third = Math.ceil(minutes.length / 3);
  const most = (part: readonly Minute[]) => Math.max(...part.map((minute) => minute[name]));
  return most(minutes.slice(-third)) - most(minutes.slice(0, third));
}

function mebibytes(bytes: number): string {
  return signed(Math.round((bytes / 2 ** 20) * 10) / 10);
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
