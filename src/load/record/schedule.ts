import { openSync, readSync } from "node:fs";

/** What the kernel's scheduler counted of one thread. */
export interface Schedule {
  readonly cpuNs: number;
  /** Ready and on a run queue, without a CPU. */
  readonly waitNs: number;
  /** How often it was run. */
  readonly turns: number;
}

/**
 * Returns what a `/proc/<pid>/task/<tid>/schedstat` says (kernel: scheduler/sched-stats.rst); null
 * where the kernel keeps no scheduler statistics: all three are 0 then, whatever was run.
 */
export function parseSchedule(text: string): Schedule | null {
  const [cpuNs, waitNs, turns] = text.trim().split(" ").map(Number);
  if (cpuNs === undefined || waitNs === undefined || turns === undefined) return null;
  return turns === 0 ? null : { cpuNs, waitNs, turns };
}

/**
 * Opens the calling thread's file, to be read as often as wanted. Null where the kernel has no such
 * file, or the process may open no more.
 */
export function openSchedule(): number | null {
  try {
    return openSync("/proc/thread-self/schedstat", "r");
  } catch {
    return null;
  }
}

/** Reads a file that {@link openSchedule} opened. */
export function readSchedule(file: number | null): Schedule | null {
  if (file === null) return null;
  const buffer = Buffer.alloc(80);
  return parseSchedule(buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, 0)));
}
