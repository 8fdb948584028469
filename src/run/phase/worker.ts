import { MessageChannel } from "node:worker_threads";
import type { Starter } from "../../load/drive/start-line.ts";
import type { WorkerTask } from "../../load/task.ts";
import { machineReason, messageOf } from "../../model/fault/errors.ts";
import { DRAIN, type IntervalRecord, type WorkerMeasurement } from "../../model/run/measurement.ts";
import type { PhaseIntervals } from "./intervals.ts";
import type { WorkerPool } from "./pool.ts";

/** Starts a worker; resolves when it is done and all its intervals have arrived. */
export async function startWorker(
  pool: WorkerPool,
  task: Omit<WorkerTask, "port">,
  intervals: PhaseIntervals,
  starter: Starter,
): Promise<WorkerMeasurement> {
  const { port1, port2 } = new MessageChannel();
  let unstored: unknown = null;
  let movedBytes = 0;
  port1.on("message", (records: readonly IntervalRecord[]) => {
    try {
      for (const record of records) {
        intervals.add(record);
        if (record.index !== DRAIN) for (const bytes of record.bytes) movedBytes += bytes;
      }
    } catch (error) {
      // An internal error ends the load immediately; the caller gets it.
      unstored ??= error;
      starter.cancel();
    }
  });
  const allIn = new Promise<void>((resolve) => port1.once("close", () => resolve()));
  let measurement: WorkerMeasurement;
  try {
    measurement = await pool.start({ ...task, port: port2 });
  } catch (error) {
    port1.close();
    measurement = died(task.worker, error);
  }
  if (measurement.failure !== null) starter.cancel();
  await allIn;
  if (unstored !== null) throw unstored;
  intervals.finish(task.worker);
  return { ...measurement, movedBytes };
}

/** Measurement of a worker whose thread ended early, e.g. because its code did not load. */
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
        ? { kind: "internal", message: `its thread ended: ${messageOf(error)}` }
        : { kind: "machine", message: reason },
  };
}
