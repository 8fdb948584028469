import { readdirSync, readFileSync } from "node:fs";
import { parseSchedule, type Schedule } from "../../load/record/schedule.ts";
import type { EngineName } from "../../model/plan/plan.ts";
import type { KernelThreads } from "../../model/run/harness.ts";

/** CPU time and CPU wait of the threads that execute operations, by thread number. */
export type OperationThreadTimes = ReadonlyMap<string, Schedule>;

const TASKS = "/proc/self/task";

/** Start of the names of these threads, by engine; other engines have none besides the workers. */
const NAMES: Partial<Readonly<Record<EngineName, string>>> = {
  uring: "iou-wrk-",
  threadpool: "libuv-worker",
};

/** Whether an engine executes operations in threads other than the workers. */
export function hasOperationThreads(engine: EngineName): boolean {
  return NAMES[engine] !== undefined;
}

/** Reads the times; empty if the process has no such threads or the kernel does not tell. */
export function readOperationThreads(engine: EngineName): OperationThreadTimes {
  const times = new Map<string, Schedule>();
  const start = NAMES[engine];
  if (start === undefined) return times;
  for (const task of tasks()) {
    try {
      if (!readFileSync(`${TASKS}/${task}/comm`, "latin1").startsWith(start)) continue;
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
export function operationThreadsSince(
  before: OperationThreadTimes,
  after: OperationThreadTimes,
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
