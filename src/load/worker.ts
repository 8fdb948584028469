import { makeBuffers, makeSlots } from "../engine/buffers.ts";
import type { Session, SlotBuffers, SlotTable } from "../engine/engine.ts";
import { ENGINES, openSession } from "../engine/index.ts";
import { machineReason } from "../model/fault/errors.ts";
import { BLOCKS, isLiveMix, operationCode, SENDS } from "../model/plan/operation.ts";
import { longestNs } from "../model/plan/plan.ts";
import type { WorkerMeasurement } from "../model/run/measurement.ts";
import { Arrivals } from "./drive/arrivals.ts";
import { driveBlocking } from "./drive/blocking.ts";
import type { Drive } from "./drive/drive.ts";
import { driveEvents } from "./drive/events.ts";
import { Failures, PATIENCE_MS } from "./drive/failures.ts";
import { Pacing } from "./drive/pacing.ts";
import { StartLine } from "./drive/start-line.ts";
import { SyncClock } from "./drive/sync.ts";
import { endSession } from "./end-session.ts";
import type { Grid } from "./record/columns.ts";
import { Outbox } from "./record/outbox.ts";
import { OwnTimer } from "./record/own-time.ts";
import { Recorder } from "./record/recorder.ts";
import { makeSource } from "./source/index.ts";
import { LiveFiles } from "./source/live-files.ts";
import { MixTurns } from "./source/mix-turns.ts";
import { SyncPoints } from "./source/sync-points.ts";
import { Verification } from "./source/verification.ts";
import type { WorkerTask } from "./task.ts";

type Failure = WorkerMeasurement["failure"];

/** One worker's part of a phase, start to end. Failures come back as data, never as a rejection. */
export async function measure(task: WorkerTask): Promise<WorkerMeasurement> {
  const startLine = new StartLine(task.startLine);
  let session: Session | null = null;
  let measured: WorkerMeasurement;
  try {
    const slots = makeSlots(task.depth);
    const buffers = makeBuffers(task.depth, bufferBytes(task), task.workers);
    const { phase, dataset, worker, workers, seed } = task;
    const verification = verificationOf(task, slots, buffers);
    const part = { phase, dataset, slots, worker, workers, seed, verification };
    const named = phase.mix.map(({ operation }) => operation);
    const live = isLiveMix(named) ? new LiveFiles(part, task.location.kind !== "directory") : null;
    const operations = makeSource({ ...part, live }, buffers);
    const syncs =
      phase.sync !== null && phase.mix.some(({ operation }) => operation === "write")
        ? new SyncPoints(operations, slots, phase.sync.every, dataset.count)
        : null;
    const source = syncs ?? operations;
    const clock = new SyncClock();
    session = await openSession(task.engine, {
      location: task.location,
      dataset,
      slots,
      buffers,
      operations: named,
      direct: phase.cache === "direct",
      dsync: phase.dsync,
      polling: phase.polling,
      sync: phase.sync,
      syncWatch: clock,
      blockBytes: phase.blockBytes,
      partBytes: phase.partBytes,
      partConcurrency: phase.partConcurrency,
      retries: phase.retries,
      objects: phase.objects,
      listing: phase.listing,
      restore: phase.restore,
      worker,
      seed,
    });
    // The code that was loaded leaves garbage, which V8 marks and sweeps some operations later: at
    // 128 threads with 8 operations each that took 20 times the CPU time of the phase.
    globalThis.gc?.();
    const startMs = startLine.wait();
    const parts = { source, syncs, slots, startLine, verification, live };
    measured =
      startMs === null ? nothing(task, null) : await run(task, session, parts, clock, startMs);
  } catch (error) {
    measured = nothing(task, failureOf(error));
  }
  try {
    const cutOffWrites = session === null ? 0 : await endSession(session, startLine);
    return cutOffWrites === 0 ? measured : { ...measured, cutOffWrites };
  } finally {
    task.port.close();
  }
}

async function run(
  task: WorkerTask,
  session: Session,
  parts: Pick<Drive, "source" | "syncs" | "slots" | "startLine" | "verification" | "live">,
  clock: SyncClock,
  startMs: number,
): Promise<WorkerMeasurement> {
  const { limit, warmupNs } = task.phase;
  const mostNs = longestNs(limit);
  const fromMs = startMs + (mostNs === null ? 0 : warmupNs / 1e6);
  const toMs = mostNs === null ? Number.POSITIVE_INFINITY : fromMs + mostNs / 1e6;
  const grid = { fromMs, toMs, intervalMs: task.intervalNs / 1e6 };
  const own = new OwnTimer(session.drives === "event-loop");
  const outbox = new Outbox(task.port, task.intervalNs);
  const recorder = new Recorder(
    grid,
    task.series,
    fromMs > startMs,
    (record) => outbox.add({ ...record, worker: task.worker }),
    () => own.begin(),
  );
  clock.recorder = recorder;
  const patienceMs = task.phase.rate === null ? PATIENCE_MS.closed : PATIENCE_MS.open;
  const failures = new Failures(parts.slots, task.dataset, patienceMs);
  const pacing = pacingOf(task, grid, recorder, fromMs - startMs, parts.startLine);
  const limits = { drainMs: task.drainNs / 1e6, quietMs: task.quietNs / 1e6 };
  const drive: Drive = { ...parts, recorder, failures, pacing, ...limits };
  let gaveUp: string | null;
  let elapsedNs: number;
  try {
    gaveUp =
      session.drives === "blocking"
        ? driveBlocking(drive, session)
        : await driveEvents(drive, session);
    elapsedNs = recorder.finish();
  } finally {
    outbox.post();
  }
  return {
    worker: task.worker,
    elapsedNs,
    own: await own.end(),
    errors: failures.list(),
    counters: {
      ...session.counters(),
      ...parts.verification?.counters(),
      ...parts.live?.counters(),
    },
    ...pacing?.outcome,
    ...(pacing === null && session.drives === "event-loop" ? { backOff: failures.backOff } : {}),
    failure: gaveUp === null ? null : { kind: "machine", message: gaveUp },
  };
}

/** When this worker's operations are due; null in a closed loop. */
function pacingOf(
  task: WorkerTask,
  grid: Grid,
  recorder: Recorder,
  warmupMs: number,
  { claims }: StartLine,
): Pacing | null {
  const { rate } = task.phase;
  if (rate === null) return null;
  const arrivals = () => new Arrivals(rate, warmupMs, task.seed);
  const { mostBacklog } = rate;
  const walks = { next: arrivals(), due: arrivals() };
  const { mix } = task.phase;
  const turns = new MixTurns(mix, task.worker);
  const codes = mix.map(({ operation }) => operationCode(operation));
  const drainMs = task.drainNs / 1e6;
  return new Pacing(
    { ...walks, claims, grid, mostBacklog, turns, codes, drainMs },
    recorder,
    task.depth,
  );
}

function nothing(task: WorkerTask, failure: Failure): WorkerMeasurement {
  return {
    worker: task.worker,
    elapsedNs: 0,
    own: null,
    errors: [],
    counters: {},
    failure,
  };
}

/** A system error is the machine's; anything else is a defect, with its stack. */
function failureOf(error: unknown): Failure {
  const reason = machineReason(error);
  if (reason !== null) return { kind: "machine", message: reason };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "internal", message };
}

/** Blocks that describe themselves are written so in every phase, and checked where it says so. */
function verificationOf(
  { phase, dataset, generations }: WorkerTask,
  slots: SlotTable,
  buffers: SlotBuffers,
): Verification | null {
  const blocks = phase.mix.every(({ operation }) => BLOCKS.has(operation));
  if (generations === null || !blocks) return null;
  return new Verification({ dataset, slots, buffers, generations, checks: phase.verify });
}

/** Memory a slot needs: a block, or the largest sample where whole samples are read. */
function bufferBytes(task: WorkerTask): number {
  const samples = task.phase.access === "samples" ? task.dataset.samples : null;
  const largest = samples === null ? 0 : samples.length.reduce((a, b) => Math.max(a, b), 0);
  const engine = ENGINES[task.engine];
  const writesWhole = task.phase.mix.some(({ operation }) => SENDS.has(operation));
  // A client that frames requests itself sends a whole small object from one buffer.
  const whole =
    engine.drives === "event-loop" && writesWhole ? Math.min(task.phase.partBytes, 8388608) : 0;
  return Math.max(task.phase.blockBytes, largest, whole);
}
