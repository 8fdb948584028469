import { readdirSync, readFileSync } from "node:fs";
import { medianOf } from "../../src/metrics/statistics/median.ts";

/** Resources of one process at one time. */
export interface Holding {
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly threads: number;
}

/** One minute of one process: median of the memory, maximum of the counts. */
export interface Minute extends Holding {
  /** Minutes since the start, from 1. */
  readonly minute: number;
}

/** Reads the resources of a process from `/proc`; null after its end. */
export function holdingOf(pid: number): Holding | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
    const descriptors = readdirSync(`/proc/${pid}/fd`).length;
    const rssBytes = field("VmRSS") * 1024;
    // A zombie process has no memory.
    return Number.isNaN(rssBytes) ? null : { rssBytes, descriptors, threads: field("Threads") };
  } catch {
    return null;
  }
}

/** The samples of a minute as one row; null without samples. */
export function minuteOf(minute: number, samples: readonly Holding[]): Minute | null {
  if (samples.length === 0) return null;
  return {
    minute,
    rssBytes: medianOf(samples.map(({ rssBytes }) => rssBytes)),
    descriptors: Math.max(...samples.map(({ descriptors }) => descriptors)),
    threads: Math.max(...samples.map(({ threads }) => threads)),
  };
}
