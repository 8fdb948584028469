import { readdirSync, readFileSync } from "node:fs";

/**
 * Nanoseconds that the threads of this process were ready to run and had no processor, ever: the
 * second number of `/proc/<pid>/task/<tid>/schedstat`. On a machine that is busy with other things
 * an operation is late by so much, and that is no fault of the harness. 0 where it is not kept.
 */
export function starvedNs(): number {
  const tasks = "/proc/self/task";
  let sum = 0;
  for (const task of readdirSync(tasks)) {
    try {
      sum += Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[1] ?? 0);
    } catch {
      // The thread ended in between, or the kernel keeps no such numbers.
    }
  }
  return sum;
}
