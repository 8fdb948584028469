import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { WorkerTask } from "../load/task.ts";
import { machineReason, PreflightError } from "../model/errors.ts";
import type { WorkerMeasurement } from "../model/measurement.ts";

/** Sources run as `.ts`, the published package as `.js`; workers are of the same kind. */
const WORKER = new URL(`../load/worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** Worker threads of a run. Phases with the same number of threads share them. */
export class WorkerPool {
  private pool: Piscina<WorkerTask, WorkerMeasurement> | null = null;
  private threads = 0;
  /** Never resolves; rejects when a thread without a task dies, which none would hear of. */
  private broken: Promise<never> = new Promise(() => {});

  /**
   * Makes sure that so many threads are up, each for one task at a time. PreflightError where the
   * machine refuses them.
   */
  async resize(threads: number): Promise<void> {
    if (this.pool !== null && this.threads === threads) return;
    await this.close();
    this.threads = threads;
    const pool = makePool(threads);
    this.pool = pool;
    this.broken = new Promise((_, reject) => pool.on("error", reject));
    this.broken.catch(() => {});
  }

  /** Starts one worker's part; rejects when its thread dies, or there is none for it. */
  start(task: WorkerTask): Promise<WorkerMeasurement> {
    if (this.pool === null) throw new Error("the pool has no threads yet");
    return Promise.race([this.pool.run(task, { transferList: [task.port] }), this.broken]);
  }

  /** Ends all threads, whatever they do. */
  async close(): Promise<void> {
    const pool = this.pool;
    this.pool = null;
    await pool?.destroy();
  }
}

function makePool(threads: number): Piscina<WorkerTask, WorkerMeasurement> {
  try {
    return new Piscina({
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
  } catch (error) {
    const reason = machineReason(error);
    throw reason === null ? error : new PreflightError(reason, { cause: error });
  }
}
