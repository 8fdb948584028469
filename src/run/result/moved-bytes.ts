import type { WorkerMeasurement } from "../../model/run/measurement.ts";

/**
 * Bytes that each worker of the plan moved in the measured time. On engines without a queue depth
 * of their own, as many threads as the queue is deep are one worker.
 */
export function movedByWorker(
  measured: readonly WorkerMeasurement[],
  workers: number,
): readonly number[] {
  const each = measured.length % workers === 0 ? measured.length / workers : 1;
  const sums = Array.from({ length: measured.length / each }, () => 0);
  for (const { worker, movedBytes = 0 } of measured) {
    const planned = Math.floor(worker / each);
    sums[planned] = (sums[planned] ?? 0) + movedBytes;
  }
  return sums;
}
