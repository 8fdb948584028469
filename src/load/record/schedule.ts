import { openSync, readSync } from "node:fs";

/** Scheduler counters of one thread. */
export interface Schedule {
  readonly cpuNs: number;
  /** Time on a run queue without a CPU. */
  readonly waitNs: number;
  /** Number of times it ran. */
  readonly turns: number;
}

/**
 * Parses `/proc/<pid>/task/<tid>/schedstat` (kernel: scheduler/sched-stats.rst); null if the kernel
 * keeps no scheduler statistics: then all three values are 0.
 */
export function parseSchedule(text: string): Schedule | null {
  const [cpuNs, waitNs, turns] = text.trim().split(" ").map(Number);
  if (cpuNs === undefined || waitNs === undefined || turns === undefined) return null;
  return turns === 0 ? null : { cpuNs, waitNs, turns };
}

/**
 * Opens the calling thread's file for repeated reads. Null if the kernel has no such file or the
 * process cannot open more files.
 */
export function openSchedule(): number | null {
  try {
    return openSync("/proc/thread-self/schedstat", "r");
  } catch {
    return null;
  }
}

/** Reads a file opened by {@link openSchedule}. */
export function readSchedule(file: number | null): Schedule | null {
  if (file === null) return null;
  const buffer = Buffer.alloc(80);
  return parseSchedule(buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, 0)));
}
