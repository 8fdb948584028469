import { UsageError } from "../../model/fault/errors.ts";

const GIB = 2 ** 30;

/**
 * Memory of a task on Fargate by its CPUs: minimum, maximum and step, GiB. Source: Amazon ECS
 * Developer Guide, "Task CPU and memory".
 */
const SIZES: ReadonlyMap<number, readonly [from: number, to: number, step: number]> = new Map([
  [0.25, [0.5, 2, 0.5]],
  [0.5, [1, 4, 1]],
  [1, [2, 8, 1]],
  [2, [4, 16, 1]],
  [4, [8, 30, 1]],
  [8, [16, 60, 4]],
  [16, [32, 120, 8]],
]);

/** Throws UsageError for a size of a task that Fargate does not have. */
export function checkFargateSize(cpus: number, memoryBytes: number): void {
  const size = SIZES.get(cpus);
  if (size === undefined) {
    throw new UsageError(
      `--cpu: Fargate has no tasks with ${cpus} CPUs; use ${[...SIZES.keys()].join(", ")}`,
    );
  }
  const [from, to, step] = size;
  const memoryGib = memoryBytes / GIB;
  const isStep = (memoryGib - from) % step === 0 && !(cpus === 0.25 && memoryGib === 1.5);
  if (memoryGib >= from && memoryGib <= to && isStep) return;
  throw new UsageError(
    `--memory: Fargate has no tasks with ${cpus} CPUs and ${memoryGib} GiB; use ${from} to ` +
      `${to} GiB in steps of ${step} GiB`,
  );
}
