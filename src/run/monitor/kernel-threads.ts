import { readdirSync, readFileSync } from "node:fs";
import { parseSchedule, type Schedule } from "../../load/record/schedule.ts";
import type { KernelThreads } from "../../model/run/harness.ts";

/** What io_uring's threads of this process used so far, by thread number. */
export type KernelThreadTimes = ReadonlyMap<string, Schedule>;

const TASKS = "/proc/self/task";
const NAME = "iou-wrk-";

/** Reads them; empty where the process has none, or the kernel does not say. */
export function readKernelThreads(): KernelThreadTimes {
  const times = new Map<string, Schedule>();
  for (const task of tasks()) {
    try {
      if (!readFileSync(`${TASKS}/${task}/comm`, "latin1").startsWith(NAME)) continue;
      const schedule = parseSchedule(readFileSync(`${TASKS}/${task}/schedstat`, "latin1"));
      times.set(task, schedule ?? { cpuNs: 0, waitNs: 0, turns: 0 });
    } catch {
      // It ended between the look at the folder and this one.
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

/** What they used between two readings; a thread that ended in between is left out. */
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
