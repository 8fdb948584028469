import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { WorkerTask } from "../load/task.ts";
import type { WorkerMeasurement } from "../model/measurement.ts";

/** Sources run as `.ts`, the published package as `.js`; workers are of the same kind. */
const WORKER = new URL(`../load/worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** Worker threads of a run. Phases with the same number of threads share them. */
export class WorkerPool {
  private pool: Piscina<WorkerTask, WorkerMeasurement> | null = null;
  private threads = 0;

  /** Makes sure that so many threads are up, each for one task at a time. */
  async resize(threads: number): Promise<void> {
    if (this.pool !== null && this.threads === threads) return;
    await this.close();
    this.threads = threads;
    this.pool = new Piscina<WorkerTask, WorkerMeasurement>({
      filename: fileURLToPath(WORKER),
      name: "measure",
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      // A thread that sleeps in Atomics.wait for its next task cannot serve its message port.
      atomics: "disabled",
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
    });
  }

  /** Starts one worker's part; rejects when its thread dies. */
  start(task: WorkerTask): Promise<WorkerMeasurement> {
    if (this.pool === null) throw new Error("the pool has no threads yet");
    return this.pool.run(task, { transferList: [task.port] });
  }

  /** Ends all threads, whatever they do. */
  async close(): Promise<void> {
    const pool = this.pool;
    this.pool = null;
    await pool?.destroy();
  }
}
