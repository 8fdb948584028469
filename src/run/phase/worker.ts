import { MessageChannel } from "node:worker_threads";
import type { Starter } from "../../load/drive/start-line.ts";
import type { WorkerTask } from "../../load/task.ts";
import { machineReason, messageOf } from "../../model/fault/errors.ts";
import {
  DRAIN,
  type IntervalRecord,
  type Series,
  type WorkerMeasurement,
} from "../../model/run/measurement.ts";
import type { PhaseTask } from "./phase.ts";
import type { WorkerPool } from "./pool.ts";
import { quietNs } from "./quiet.ts";
import type { TimeLine } from "./timeline.ts";

/** What is in flight at the end may take so long before it is given up. */
export const DRAIN_NS = 10e9;

/** A worker, and what it shares with the others of its phase. */
export interface WorkerParts {
  readonly worker: number;
  readonly series: readonly Series[];
  readonly memory: SharedArrayBuffer;
  readonly timeLine: TimeLine;
  readonly starter: Starter;
}

/** Starts a worker and resolves when it is done and all its intervals are in. */
export async function startWorker(
  task: PhaseTask,
  pool: WorkerPool,
  parts: WorkerParts,
): Promise<WorkerMeasurement> {
  const { worker, series, memory, timeLine, starter } = parts;
  const { port1, port2 } = new MessageChannel();
  let unstored: unknown = null;
  let movedBytes = 0;
  port1.on("message", (records: readonly IntervalRecord[]) => {
    try {
      for (const record of records) {
        timeLine.add(record);
        if (record.index !== DRAIN) for (const bytes of record.bytes) movedBytes += bytes;
      }
    } catch (error) {
      // A defect of ours: the load ends at once, and the caller hears why.
      unstored ??= error;
      starter.cancel();
    }
  });
  const allIn = new Promise<void>((resolve) => port1.once("close", () => resolve()));
  const workerTask: WorkerTask = {
    worker,
    workers: task.threads,
    engine: task.engine,
    phase: task.phase,
    depth: task.depth,
    location: task.location,
    dataset: task.dataset,
    series,
    seed: task.seed,
    repetition: task.repetition,
    intervalNs: task.intervalNs,
    drainNs: task.drainNs ?? DRAIN_NS,
    quietNs: quietNs(task.phase, task.dataset),
    startLine: memory,
    generations: task.generations,
    port: port2,
  };
  let measured: WorkerMeasurement;
  try {
    measured = await pool.start(workerTask);
  } catch (error) {
    port1.close();
    measured = died(worker, error);
  }
  if (measured.failure !== null) starter.cancel();
  await allIn;
  if (unstored !== null) throw unstored;
  timeLine.finish(worker);
  return { ...measured, movedBytes };
}

/** A thread ends by itself only where it could not load its own code, or was made to. */
function died(worker: number, error: unknown): WorkerMeasurement {
  const reason = machineReason(error);
  return {
    worker,
    elapsedNs: 0,
    own: null,
    errors: [],
    counters: {},
    failure:
      reason === null
        ? { kind: "internal", message: `its thread died: ${messageOf(error)}` }
        : { kind: "machine", message: reason },
  };
}
