import { readdirSync, readFileSync } from "node:fs";
import { parseSchedule, type Schedule } from "../../load/record/schedule.ts";
import type { KernelThreads } from "../../model/run/harness.ts";

/** CPU time and CPU wait of this process's io_uring threads so far, by thread number. */
export type KernelThreadTimes = ReadonlyMap<string, Schedule>;

const TASKS = "/proc/self/task";
const NAME = "iou-wrk-";

/** Reads the times; empty if the process has no such threads or the kernel does not tell. */
export function readKernelThreads(): KernelThreadTimes {
  const times = new Map<string, Schedule>();
  for (const task of tasks()) {
    try {
      if (!readFileSync(`${TASKS}/${task}/comm`, "latin1").startsWith(NAME)) continue;
      const schedule = parseSchedule(readFileSync(`${TASKS}/${task}/schedstat`, "latin1"));
      times.set(task, schedule ?? { cpuNs: 0, waitNs: 0, turns: 0 });
    } catch {
      // It ended after the directory was listed.
    }
  }
  return times;
}

function tasks(): readonly string[] {
  try {
    return readdirSync(TASKS);
  } catch {
    return [];
  }
}

/** Sums between two readings; a thread that ended in between is not included. */
export function kernelThreadsSince(
  before: KernelThreadTimes,
  after: KernelThreadTimes,
): KernelThreads {
  let [cpuNs, waitNs, turns] = [0, 0, 0];
  for (const [task, now] of after) {
    const then = before.get(task);
    cpuNs += now.cpuNs - (then?.cpuNs ?? 0);
    waitNs += now.waitNs - (then?.waitNs ?? 0);
    turns += now.turns - (then?.turns ?? 0);
  }
  return { count: after.size, cpuNs, waitNs, turns };
}
